/** A list of records by column: under each name the values of all records. */
export type RecordColumns = Readonly<Record<string, readonly unknown[]>>;

/** So many records are worth it: with fewer, to take them apart costs what shorter text saves. */
export const MIN_RECORDS = 32;

/** Not of a class, which could show JSON something else. */
export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * A list by column; `undefined` where it is none of plain objects that all have the same names in the same order, at most
 * `maxNames`, or where JSON would leave a member out. What JSON shows otherwise, such as dates, must not be in it.
 */
export function columnsOf(list: readonly unknown[], maxNames: number): RecordColumns | undefined {
  const names = isPlain(list[0]) ? Object.keys(list[0]) : [];
  if (names.length === 0 || names.length > maxNames) return undefined;
  // A list that shows something else to JSON is none.
  if ("toJSON" in list || names.some((name) => name in Object.prototype)) return undefined;
  const columns = names.map(() => new Array<unknown>(list.length));
  for (let row = 0; row < list.length; row++) {
    const record = list[row];
    if (!isPlain(record)) return undefined;
    let column = 0;
    // The loop V8 is fastest with: names and values of a shape it knows.
    for (const name in record) {
      const value = record[name];
      if (name !== names[column] || value === undefined || typeof value === "symbol") return undefined;
      (columns[column++] as unknown[])[row] = value;
    }
    if (column !== names.length) return undefined;
  }
  return Object.fromEntries(names.map((name, column) => [name, columns[column] as unknown[]]));
}

/** The list again; `undefined` where what another end told is none. */
export function recordsOf(value: unknown): unknown[] | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const names = Object.keys(value);
  const columns: unknown[] = Object.values(value);
  const length = Array.isArray(columns[0]) ? columns[0].length : -1;
  const isWhole = columns.every((column) => Array.isArray(column) && column.length === length);
  if (length === -1 || !isWhole || names.includes("__proto__")) return undefined;
  const records = new Array<unknown>(length);
  for (let row = 0; row < length; row++) records[row] = recordAt(row, names, columns as unknown[][]);
  return records;
}

/**
 * V8 keeps by the place in the code which name is stored there: with a place for each column, a process that gets records of
 * one kind stores them four times as fast. From the seventh on columns share.
 */
function recordAt(row: number, names: readonly string[], columns: readonly (readonly unknown[])[]): object {
  const record: Record<string, unknown> = {};
  for (let at = 0; at < names.length; at += 6) {
    record[names[at] as string] = (columns[at] as unknown[])[row];
    if (at + 1 === names.length) break;
    record[names[at + 1] as string] = (columns[at + 1] as unknown[])[row];
    if (at + 2 === names.length) break;
    record[names[at + 2] as string] = (columns[at + 2] as unknown[])[row];
    if (at + 3 === names.length) break;
    record[names[at + 3] as string] = (columns[at + 3] as unknown[])[row];
    if (at + 4 === names.length) break;
    record[names[at + 4] as string] = (columns[at + 4] as unknown[])[row];
    if (at + 5 === names.length) break;
    record[names[at + 5] as string] = (columns[at + 5] as unknown[])[row];
  }
  return record;
}
