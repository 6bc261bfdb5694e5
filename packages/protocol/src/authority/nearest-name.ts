/** The name a typo most likely means; `undefined` when none is near. */
export function nearestName(typo: string, names: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  // A third of it may be wrong: past that it is another word.
  let least = Math.min(4, Math.ceil(typo.length / 3) + 1);
  for (const name of names) {
    const distance = editDistance(typo.slice(0, 40).toLowerCase(), name.toLowerCase());
    if (distance < least) [nearest, least] = [name, distance];
  }
  return nearest;
}

/** Letters to add, drop or replace, two swapped letters counting as one (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const next = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(at(last, column) + 1, at(next, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1));
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) cost = Math.min(cost, at(before, column - 2) + 1);
      next.push(cost);
    }
    [before, last] = [last, next];
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}

/** The end of a message about a name nobody knows: `; did you mean callMs?`, or nothing. */
export function didYouMean(typo: string, names: Iterable<string>): string {
  const near = nearestName(typo, names);
  return near === undefined ? "" : `; did you mean ${near}?`;
}

/** Names as a message lists them: the first twelve, and how many more there are. */
export function listed(names: Iterable<string>): string {
  const all = [...names];
  if (all.length === 0) return "none";
  return all.length > 12 ? `${all.slice(0, 12).join(", ")} and ${all.length - 12} more` : all.join(", ");
}
