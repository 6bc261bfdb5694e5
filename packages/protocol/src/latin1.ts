/** Finds what is beyond Latin-1. A text that V8 holds in one byte a character cannot match and is not searched. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is that of Latin-1.
export const BEYOND_LATIN1 = /[^\x00-\xff]/;
