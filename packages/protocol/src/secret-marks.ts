/** What of a method's calls no tape may show: a whole part, or members of it by name, whatever stands in them. */
export interface SecretMarks {
  readonly params?: true | readonly string[] | undefined;
  readonly result?: true | readonly string[] | undefined;
  readonly progress?: true | readonly string[] | undefined;
  readonly item?: true | readonly string[] | undefined;
  readonly input?: true | readonly string[] | undefined;
}

/** The marks of a method with these parts: of a part that is an object its members can be named, of any other only the whole. */
export type SecretsOf<Parts> = true | { readonly [Part in keyof Parts]?: true | readonly MemberName<Parts[Part]>[] };

/** Of each kind of a union. */
type MemberName<T> = T extends readonly unknown[] | ArrayBufferView
  ? never
  : T extends object
    ? keyof T & string
    : never;

const PARTS: ReadonlySet<string> = new Set(["params", "result", "progress", "item", "input"]);

/** @throws TypeError for marks that would hide nothing */
export function checkSecretMarks(where: string, secret: unknown): void {
  if (secret === undefined || secret === true) return;
  const marks = typeof secret === "object" && secret !== null ? Object.entries(secret) : [];
  const isNames = (mark: unknown): boolean =>
    Array.isArray(mark) && mark.length > 0 && mark.every((name) => typeof name === "string" && name !== "");
  const isGood = ([part, mark]: [string, unknown]): boolean => PARTS.has(part) && (mark === true || isNames(mark));
  if (marks.length > 0 && marks.every(isGood)) return;
  throw new TypeError(
    `${where}: secret: expected true, or parts with true or names of members, such as { params: ["token"], result: true }`,
  );
}
