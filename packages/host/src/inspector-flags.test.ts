import { describe, expect, it } from "vitest";
import { inspectorFlags } from "./inspector-flags.js";

describe.runIf(process.platform === "linux")("a worker's inspector", () => {
  it("may be opened on a free port of this machine, at an address no page tells", () => {
    expect(inspectorFlags(true, ["--no-warnings", "--import", "./x.js"])).toEqual([
      "--inspect-port=127.0.0.1:0",
      "--inspect-publish-uid=stderr",
    ]);
  });

  it.each([
    "--inspect",
    "--inspect=9229",
    "--inspect-brk",
    "--inspect-port=9230",
    "--debug-port=9230",
    "--disable-sigusr1",
    "--disable_sigusr1",
    "--permission",
    "--experimental-permission",
  ])("is not the host's with %s", (option) => {
    expect(inspectorFlags(true, ["--no-warnings", option])).toEqual([]);
  });

  it("is not known in another Node than the host's", () => {
    expect(inspectorFlags(false, [])).toEqual([]);
  });
});
