export interface BenchPeer {
  /** The folder in `adapters`. */
  readonly name: string;
  readonly kind: "process" | "thread";
  /** The npm package whose version is shown. */
  readonly from?: string;
  readonly note: string;
}

export const FLOOR = "floor";

export const peers: readonly BenchPeer[] = [
  {
    name: FLOOR,
    kind: "process",
    note: "lines of JSON over stdio, written for this bench: nothing checked, no limits",
  },
  {
    name: "outrigger",
    kind: "process",
    from: "@outrigger/host",
    note: "createHost and serve, everything on, the plugin built to one file as the README has it",
  },
  {
    name: "outrigger-unbundled",
    kind: "process",
    from: "@outrigger/worker-sdk",
    note: "the same, its plugin in the files of its packages",
  },
  {
    name: "outrigger-guard-thread",
    kind: "process",
    from: "@outrigger/worker-sdk",
    note: "serve with guard: true, a thread in each worker: what one has whose host cannot see to it from outside",
  },
  { name: "outrigger-peer", kind: "process", from: "@outrigger/protocol", note: "its protocol alone: no supervision" },
  { name: "raw-pipe", kind: "process", note: "a pipe that echoes: no messages, no work" },
  { name: "ipc-json", kind: "process", note: "process.send of Node, JSON" },
  { name: "ipc-advanced", kind: "process", note: "process.send of Node, structured clone" },
  { name: "vscode-jsonrpc", kind: "process", from: "vscode-jsonrpc", note: "over stdio" },
  { name: "mcp-sdk", kind: "process", from: "@modelcontextprotocol/sdk", note: "over stdio, custom requests" },
  { name: "json-rpc-2.0", kind: "process", from: "json-rpc-2.0", note: "over stdio and readline" },
  { name: "capnweb", kind: "process", from: "capnweb", note: "over the floor's lines" },
  { name: "birpc", kind: "process", from: "birpc", note: "over process.send, structured clone" },
  { name: "tinypool", kind: "process", from: "tinypool", note: "child processes, structured clone" },
  { name: "jest-worker", kind: "process", from: "jest-worker", note: "child processes, structured clone" },
  { name: "workerpool", kind: "process", from: "workerpool", note: "child processes, structured clone" },
  { name: "piscina", kind: "thread", from: "piscina", note: "threads, for reference" },
  { name: "comlink", kind: "thread", from: "comlink", note: "threads, for reference" },
];
