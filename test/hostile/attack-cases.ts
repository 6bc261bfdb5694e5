/** What is to become of a hostile worker. */
type Outcome =
  /** It goes on and answers calls: what it did was refused or dropped. */
  | "serves"
  /** It goes on, but answers no call rightly: its callers are told. */
  | "useless"
  /** It crashes for this reason, is started again, and serves. */
  | { readonly crash: string }
  /** It cannot be started, for this reason, however often it is tried. */
  | { readonly start: string }
  /** It is ready each time, and crashes each time for this reason, until it is given up. */
  | { readonly givenUp: string };

export interface AttackCase {
  readonly outcome: Outcome;
  /** Largest time in one piece that the event loop is blocked, ms; default: the bound of the p99. */
  readonly blockMs?: number;
  /** How long it is watched, ms: it never says that it is done. */
  readonly withinMs?: number;
  /** Silence after which the host takes it for hung, ms; default: the host's own. */
  readonly unresponsiveAfterMs?: number;
  /** It leaves a process that no host can find. */
  readonly escapes?: boolean;
}

const serves: AttackCase = { outcome: "serves" };
const useless: AttackCase = { outcome: "useless" };
const silent: AttackCase = { outcome: "useless", withinMs: 1_000 };
const crash = (reason: string): AttackCase => ({ outcome: { crash: reason } });
const hung: AttackCase = { ...crash("unresponsive"), unresponsiveAfterMs: 1_000 };
const start = (reason: string): AttackCase => ({ outcome: { start: reason } });
const givenUp = (reason: string): AttackCase => ({ outcome: { givenUp: reason } });
const violation = crash("protocol-violation");
/** One message is parsed and checked in one piece. */
const heavy = (blockMs: number, outcome: Outcome = "serves"): AttackCase => ({ outcome, blockMs });

/** By file of `workers/`, then by mode. */
export const attackCases: Readonly<Record<string, Readonly<Record<string, AttackCase>>>> = {
  "endless-line": {
    "1 GB without a newline": violation,
    "a string that never ends": violation,
    "a line sent byte by byte": useless,
    "lines of exactly the cap": heavy(100),
    "one byte more than the cap": violation,
    "results of the largest size, to every call": heavy(100),
    "a result larger than the cap": givenUp("protocol-violation"),
    "before the handshake": start("protocol-violation"),
    "an answer to initialize of 4 times the cap": start("protocol-violation"),
  },
  "message-flood": {
    notifications: serves,
    "notifications with wrong params": serves,
    "notifications nobody knows": serves,
    "empty lines": serves,
    "lines of one character": serves,
    "NUL bytes": serves,
    "replies to ids never asked": serves,
    "the same reply over and over": useless,
    "requests, answers unread": crash("stdin-closed"),
    "requests, answers read": serves,
    "requests of a quarter of the cap, whose handlers take their time": serves,
    "a thousand streams asked for with credit without end, and cancelled": serves,
    "requests whose handlers take their time": serves,
    "requests all with one id": serves,
    "requests without a capability or scope": serves,
    "$/log": serves,
    "$/progress": useless,
    "$/progress of wrong types": useless,
    "$/stream/item beyond the credit": serves,
    "$/stream/item of wrong types": serves,
    "$/stream/credit nobody asked for": serves,
    "$/ping": serves,
    "$/cancelRequest": serves,
  },
  "odd-shapes": {
    "every JSON type as id, method and params": serves,
    "results and errors of every type, to ids of every type": serves,
    "runtime notifications with params of every type": serves,
    batches: serves,
    "NUL bytes, BOM and CRLF": serves,
    "half a UTF-8 character, then a newline": serves,
    "arrays nested as deep as the cap allows": heavy(100),
    "objects nested as deep as the cap allows": heavy(100),
    "nested just below where the text is looked at": heavy(100),
    "open brackets up to the cap": heavy(100),
    "32 MiB of open brackets": violation,
    "a message of empty arrays": heavy(100),
    "a message of empty objects": heavy(100),
    "a message of one-digit numbers": heavy(100),
    "a message of short strings": heavy(100),
    "a message of half-escaped characters": heavy(100),
    "a log of bytes as large as the cap allows": heavy(100),
    "an object with as many keys as the cap allows": heavy(100),
    "as many empty objects as are allowed": heavy(200),
    "as many keys as are allowed": heavy(1_000),
    "results that do not fit, with as many values as are allowed": heavy(1_000, "useless"),
    "results that do not fit, as large as the cap allows": heavy(100, "useless"),
    "answers twice, then a third time with an error": serves,
    "answers to the id as a string, then as a float": useless,
    "errors of every shape": useless,
    "errors whose members are of every type": useless,
    "results of every type": useless,
    "a result and an error": useless,
    "an error message of the largest size": heavy(100, "useless"),
  },
  "broken-pipes": {
    "closes stdin": crash("stdin-closed"),
    "closes stdout": crash("stdin-closed"),
    "closes stderr": serves,
    "closes all three": crash("stdin-closed"),
    "stops reading": useless,
    "stops itself with SIGSTOP": hung,
    hangs: hung,
    "ignores SIGTERM and shutdown": serves,
    "answers shutdown and stays": serves,
    "leaves children that hold the pipes, and exits": crash("exit-code"),
    "leaves grandchildren that hold the pipes, and exits": crash("exit-code"),
    "leaves a child in a session of its own that holds the pipes, and exits": {
      outcome: { crash: "exit-code" },
      escapes: true,
    },
    "leaves a child that floods its stdout, and exits": crash("exit-code"),
    aborts: crash("signal"),
    "kills itself with bytes half sent": crash("signal"),
    "exits with megabytes unread": crash("exit-code"),
    "writes 100 MB to stderr": serves,
    "writes 100 MB to stderr without a newline": serves,
    "writes short lines to stderr": serves,
    "has another process write short lines to stderr without a pause": serves,
    "writes short lines to both": serves,
    "writes NUL bytes and halves of characters to stderr": serves,
    "exits in the middle of calls": crash("exit-code"),
    "never answers": useless,
    "opens very many channels": serves,
    "opens channels with names of 10 kB, and in scopes nobody lent": serves,
  },
  "false-starts": {
    "exits at once": start("never-served"),
    "exits at once with code 7": start("startup-failed"),
    "exits when initialize comes": start("never-served"),
    "exits in the middle of its answer": start("never-served"),
    "answers initialize, then exits 0": givenUp("exit-code"),
    "exits during setup": start("startup-failed"),
    "never answers initialize": start("initialize-timeout"),
    "never finishes its setup": start("initialize-timeout"),
    "fails its setup": start("startup-failed"),
    "answers initialize with garbage": start("initialize-timeout"),
    "answers initialize with null": start("startup-failed"),
    "answers initialize with a list": start("startup-failed"),
    "answers initialize with members of wrong types": start("startup-failed"),
    "answers initialize with an error of no shape": start("startup-failed"),
    "answers initialize with another contract": start("handshake-mismatch"),
    "answers initialize with protocol 1e308": start("startup-failed"),
    "answers initialize with declarations past the bounds": silent,
    "answers initialize with methods past the bounds": heavy(50, { start: "startup-failed" }),
    "answers initialize with declarations named __proto__": silent,
    "answers initialize with as much as the cap allows": silent,
    "answers initialize twice": serves,
    "answers initialize before it was asked": start("startup-failed"),
    "calls the host before initialize is answered": serves,
    "asks the host to initialize, shut down and ping": serves,
    "closes stdout at once": start("stdin-closed"),
    "closes stdin at once": start("initialize-timeout"),
    "throws while it is loaded": start("startup-failed"),
    "prints megabytes, and is no plugin at all": start("never-served"),
  },
};
