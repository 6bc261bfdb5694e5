/** What one call keeps of a sum that all calls share. */
export interface KeptAccount {
  /** So many bytes more, or less; `false` when there is no room for them. */
  keeps(bytes: number): boolean;
  /** It keeps nothing any more, and counts nothing any more. */
  close(): void;
}

/** The bytes that wait in one end for handlers, and their bound. What comes alone is taken whatever its size. */
export interface KeptBytes {
  total(): number;
  hasRoom(bytes: number): boolean;
  add(bytes: number): void;
  open(): KeptAccount;
}

export function createKeptBytes(max: number): KeptBytes {
  let total = 0;
  const hasRoom = (bytes: number): boolean => total === 0 || total + bytes <= max;
  return {
    total: () => total,
    hasRoom,
    add(bytes) {
      total += bytes;
    },
    open() {
      let kept = 0;
      let isOpen = true;
      return {
        keeps(bytes) {
          if (bytes > 0 && !hasRoom(bytes)) return false;
          if (isOpen) {
            kept += bytes;
            total += bytes;
          }
          return true;
        },
        close() {
          isOpen = false;
          total -= kept;
          kept = 0;
        },
      };
    },
  };
}
