import { throughput } from "../chains.js";
import { withLink } from "../with-link.js";
import { checkBytes, checkDocument, checkText, type DocumentKind, makeBytes, makeDocument, makeText } from "../work.js";
import type { Workload } from "../workload.js";

const DOCUMENTS_IN_FLIGHT = 16;

const KINDS = { ascii: "", "non-ascii": ", not ASCII", unlike: ", unlike rows" } as const;

const documents = (kind: DocumentKind): Workload => ({
  name: `json-10k-${kind}`,
  metrics: [
    {
      name: "rate",
      title: `10 KB of JSON${KINDS[kind]}, ${DOCUMENTS_IN_FLIGHT} in flight`,
      unit: "calls/s",
      better: "higher",
    },
  ],
  run: (bench) =>
    withLink(bench, async (link) => {
      if (link.review === undefined) return undefined;
      const document = makeDocument(kind);
      let revision = 0;
      const call = async (): Promise<void> => {
        const sent = { ...document, revision: revision++ };
        checkDocument(sent, (await link.review?.(sent)) ?? document);
      };
      const before = bench.budget.warmupDocuments;
      return { rate: await throughput(DOCUMENTS_IN_FLIGHT, call, bench.budget, { before }) };
    }),
});

const text: Workload = {
  name: "text-1m",
  metrics: [{ name: "rate", title: "1 MiB string, sequential", unit: "calls/s", better: "higher" }],
  run: (bench) =>
    withLink(bench, async (link) => {
      if (link.text === undefined) return undefined;
      const sent = makeText();
      const call = async (): Promise<void> => checkText(sent, (await link.text?.(sent)) ?? "");
      return { rate: await throughput(1, call, bench.budget, { counted: bench.budget.largeCalls }) };
    }),
};

const bytes: Workload = {
  name: "bytes-1m",
  metrics: [{ name: "rate", title: "1 MiB bytes, sequential", unit: "calls/s", better: "higher" }],
  run: (bench) =>
    withLink(bench, async (link) => {
      if (link.bytes === undefined) return undefined;
      const sent = makeBytes();
      const call = async (): Promise<void> => checkBytes(sent, (await link.bytes?.(sent)) ?? new Uint8Array());
      return { rate: await throughput(1, call, bench.budget, { counted: bench.budget.largeCalls }) };
    }),
};

export const payloadWorkloads: readonly Workload[] = [
  documents("ascii"),
  documents("non-ascii"),
  documents("unlike"),
  text,
  bytes,
];
