import manifest from "../package.json" with { type: "json" };

/** This SDK, as the host's diagnostics show it. */
export const sdk = { name: manifest.name, version: manifest.version };
