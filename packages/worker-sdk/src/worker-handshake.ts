import {
  acceptOffer,
  type Codec,
  type Declarations,
  type Feature,
  featuresWith,
  type InitializeParams,
  type InitializeResult,
  PROTOCOL_RANGE,
} from "@outrigger/protocol";
import { declarationsOf, definitionOf, type Plugin } from "./define-plugin.js";
import type { WorkerInfo } from "./plugin-context.js";
import { sdk } from "./sdk-version.js";

/** The answer to a host's offer, and what the offer tells the plugin. @throws RpcError when the two do not fit. */
export function answerOffer(
  plugin: Plugin,
  offer: InitializeParams,
  ours: { readonly messageBytes: number; readonly codec: Codec | undefined; readonly isInspectable: boolean },
): { answer: InitializeResult; info: WorkerInfo } {
  const { handlers, options } = definitionOf(plugin);
  const { name, version } = plugin.contract;
  const lacks = (feature: Feature): boolean =>
    (feature === "setup" && options.setup === undefined) || (feature === "inspect" && !ours.isInspectable);
  const features = featuresWith(ours.codec).filter((feature) => !lacks(feature));
  const agreement = acceptOffer({ protocol: PROTOCOL_RANGE, contract: { name, version }, features }, offer);
  const declarations: Declarations = {};
  for (const [method, handler] of handlers) {
    const declared = declarationsOf(handler);
    if (declared !== undefined) declarations[method] = [...declared];
  }
  return {
    answer: {
      protocol: agreement.protocol,
      contract: { name, version },
      features: [...agreement.features],
      methods: [...handlers.keys()],
      ...(options.capabilities !== undefined && { capabilities: [...options.capabilities] }),
      declarations,
      limits: { messageBytes: ours.messageBytes },
      plugin: { name: plugin.name, version: plugin.version },
      sdk,
    },
    info: Object.freeze({
      id: offer.workerId,
      host: offer.host,
      capabilities: Object.freeze([...offer.capabilities]),
      features: Object.freeze([...agreement.features]),
      config: offer.config,
      manifest: offer.manifest,
    }),
  };
}
