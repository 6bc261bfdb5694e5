/** What of a file or folder decides who may write to it. */
export interface Ownership {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

const FOR_OTHERS = 0o002;
const FOR_THE_GROUP = 0o020;
const FOR_ANYBODY_ELSE = 0o077;

/** The places between a plugin's code and what is kept of it. */
export interface CodePlaces {
  readonly entry: Ownership;
  /** The folder of the entry. */
  readonly folder: Ownership;
  /** Its `node_modules`, and what is in there for tools to keep things in. */
  readonly kept: readonly Ownership[];
}

/**
 * Whether a user may keep there what is run in place of the code: all of it is his own, so that he could replace the code as
 * well, and so could anybody else who may write there.
 */
export function mayKeepCode(user: number, { entry, folder, kept }: CodePlaces): boolean {
  const isHis = (place: Ownership): boolean => place.uid === user && (place.mode & FOR_OTHERS) === 0;
  const isOfTheCode = ({ mode, gid }: Ownership): boolean =>
    (mode & FOR_THE_GROUP) === 0 || ((folder.mode & FOR_THE_GROUP) !== 0 && folder.gid === gid);
  return [entry, folder, ...kept].every(isHis) && kept.every(isOfTheCode);
}

/** Whether nobody but its owner gets at a folder. */
export const isPrivate = ({ mode }: Ownership): boolean => (mode & FOR_ANYBODY_ELSE) === 0;
