import { isPlain } from "./plain-object.js";
import { isRecord } from "./value-kind.js";

/** A list of records by column: under each name the values of all records. */
export type RecordColumns = Readonly<Record<string, readonly unknown[]>>;

/** So many records are worth it: with fewer, to take them apart costs what shorter text saves. */
export const MIN_RECORDS = 32;

/**
 * A list by column; `undefined` where it is none of plain objects that all have the same names in the same order, at most
 * `maxNames`, or where JSON would leave a member out. What JSON shows otherwise, such as dates, must not be in it.
 */
export function columnsOf(list: readonly unknown[], maxNames: number): RecordColumns | undefined {
  const names = isPlainRecord(list[0]) ? Object.keys(list[0]) : [];
  if (names.length === 0 || names.length > maxNames || !names.every(mayBeColumn)) return undefined;
  if (showsOther(list)) return undefined;
  // Not made as long as the list: who knows yet that its records have these names?
  const columns = names.map((): unknown[] => []);
  for (const record of list) {
    if (!isPlainRecord(record) || showsOther(record)) return undefined;
    let column = 0;
    // The loop V8 is fastest with: names and values of a shape it knows.
    for (const name in record) {
      const value = record[name];
      if (name !== names[column] || !mayBeCell(value)) return undefined;
      columns[column++]?.push(value);
    }
    if (column !== names.length) return undefined;
  }
  return Object.fromEntries(names.map((name, column) => [name, columns[column] as unknown[]]));
}

/**
 * The list again, and how many values it has as one counts them by row: its records, and their members. `undefined` where
 * what another end told is no list by column, or of more than `maxValues`.
 */
export function recordsOf(value: unknown, maxValues: number): { records: object[]; values: number } | undefined {
  if (!isRecord(value)) return undefined;
  const names = Object.keys(value);
  const columns: unknown[] = Object.values(value);
  const length = Array.isArray(columns[0]) ? columns[0].length : -1;
  const values = length * (1 + names.length);
  if (length === -1 || values > maxValues || !names.every(mayBeColumn)) return undefined;
  if (!columns.every((column) => Array.isArray(column) && column.length === length)) return undefined;
  const records = new Array<object>(length);
  for (let row = 0; row < length; row++) records[row] = recordAt(row, names, columns as unknown[][]);
  return { records, values };
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

/** What a long name takes once is many times as much by row, where a tape or a log writes it again. */
const MAX_COLUMN_NAME = 64;

/** Stored in an object, a whole number takes memory up to its position, and what each object has need not be its own. */
const mayBeColumn = (name: string): boolean =>
  name.length <= MAX_COLUMN_NAME && name !== "__proto__" && !(name in Object.prototype) && !/^\d+$/.test(name);

/** What JSON leaves out of a record it has as `null` in a list, and `toJSON` is told where it stands. */
function mayBeCell(value: unknown): boolean {
  if (typeof value === "object") return value === null || !showsOther(value);
  return value !== undefined && typeof value !== "symbol" && typeof value !== "bigint";
}

/** To JSON, by a `toJSON` that a loop over the members need not have seen. */
const showsOther = (value: object): boolean => typeof (value as { readonly toJSON?: unknown }).toJSON === "function";

const isPlainRecord = (value: unknown): value is Readonly<Record<string, unknown>> => isRecord(value) && isPlain(value);
