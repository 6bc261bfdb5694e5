import type { Attachment } from "./bulk-frame.js";
import type { CutOff } from "./framing.js";

/** What a transport tells its peer. */
export interface TransportReceiver {
  /** One whole line, with what is attached to it, in order of arrival, never before `start` returned. `bytes` counts both. */
  message(line: string, bytes: number, attachments?: readonly Uint8Array[] | undefined): void;
  /**
   * Runs `tell`, which tells at once what came together: one reading of the clock serves several messages. What it throws is
   * thrown on. A transport that does without is as right, and slower.
   */
  batch(tell: () => void): void;
  /**
   * The channel is over, told once: `undefined` for a clean end, else what went wrong. `rest` came behind the last message: half
   * a line may read like another, so it is none.
   */
  closed(error: Error | undefined, rest?: CutOff | undefined): void;
}

/** A pipe of text lines between two peers. */
export interface Transport {
  start(receiver: TransportReceiver): void;
  /**
   * Queues one line; `false` when past the bound of unsent bytes or closed: nothing was queued. Lines arrive in the order
   * in which they were queued, urgent ones too: some need the one before.
   * `urgent` lines (answers, cancels) may use a reserve above the bound; when that is used up too, the transport
   * closes with an error, because the other end does not read. `attachments`, which must not change any more, may be
   * sent only to an end that accepts them.
   */
  send(line: string, urgent?: boolean, attachments?: readonly Attachment[] | undefined): boolean;
  /**
   * Memory to copy an attachment to that is sent next: of one that was sent, if there is some to spare. A transport may do
   * without.
   */
  memory?(length: number): Uint8Array | undefined;
  /** The receiver looks at this attachment no more: another may be read into its memory. A transport may do without. */
  reuse?(attachment: Uint8Array): void;
  /** From now on lines may arrive with attachments: the two ends agreed on it. */
  acceptAttachments(): void;
  /** What waits to be sent; a transport may count a character of what is not written yet as one byte. */
  unsentBytes(): number;
  /** Resolves when every queued line was handed to the operating system, or the channel is over. Never rejects. */
  flush(): Promise<void>;
  /** Ends the channel; idempotent. */
  close(): void;
}

/** Bounds of a transport. */
export interface TransportLimits {
  /** Cap of one message, bytes, both ways. Default 32 MiB. */
  readonly messageBytes?: number | undefined;
  /** Cap of bytes queued but not yet taken by the operating system. Default 64 MiB. */
  readonly unsentBytes?: number | undefined;
}

export const DEFAULT_MAX_UNSENT_BYTES = 64 * 1024 * 1024;
/** What answers and cancels may use above the bound. */
export const URGENT_RESERVE_BYTES = 1024 * 1024;
