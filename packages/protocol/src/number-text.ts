/** "000" to "999". Made with the first number that needs them: no worker starts later for them. */
let lastDigits: readonly string[] | undefined;

/**
 * The text of safe whole numbers behind a prefix. V8 keeps the text of every number it writes in a cache. Ids that grow for
 * ever pass through it, and each is copied by the garbage collector: a quarter of what a small call costs beside its JSON.
 */
export function createNumberText(prefix = ""): (number: number) => string {
  let thousands = 0;
  let start = "";
  return (number) => {
    if (number < 1000) return `${prefix}${number}`;
    const above = Math.floor(number / 1000);
    if (above !== thousands) {
      thousands = above;
      start = `${prefix}${above}`;
    }
    lastDigits ??= Array.from({ length: 1000 }, (_, last) => `${last}`.padStart(3, "0"));
    return start + (lastDigits[number - above * 1000] as string);
  };
}
