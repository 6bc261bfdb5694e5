// The neighbour: does what it should.
import { raw } from "./raw-handshake.mjs";

raw(() => {});
