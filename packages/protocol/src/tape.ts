export { type ReadTapeOptions, readTape } from "./tape/read-tape.js";
export { recordedTransport } from "./tape/recorded-transport.js";
export { type LinkedMessage, linkCalls } from "./tape/tape-calls.js";
export { createTapeEnd, type TapeEnd } from "./tape/tape-end.js";
export {
  type End,
  REDACTED,
  type Tape,
  type TapeExit,
  type TapeHeader,
  type TapeIncarnation,
} from "./tape/tape-format.js";
export { checkTapeContract, handshakeOf, type TapeHandshake } from "./tape/tape-handshake.js";
export type { Difference, PlayedPart } from "./tape/tape-parts.js";
export { createTapePlayer, type PlayerOptions, type Reveal, type TapePlayer } from "./tape/tape-player.js";
export { type ProcessRecorder, recordProcess, type TapeSource, tapeHeader } from "./tape/tape-recorder.js";
export { type Script, scriptsByCall } from "./tape/tape-scripts.js";
export { matchesTape } from "./tape/tape-values.js";
