import { describe, expect, it } from "vitest";
import { planPermissions } from "./node-permissions.js";

const node20 = new Set(["--experimental-permission", "--allow-child-process", "--allow-worker", "--allow-addons"]);
const node26 = new Set(["--permission", "--allow-child-process", "--allow-worker", "--allow-addons", "--allow-net"]);
const code = ["/plugin/dist"];

describe("permissions", () => {
  it("the network is reported as not enforced where Node has no flag for it", () => {
    const { flags, report } = planPermissions({}, node20, code);
    expect(flags).toEqual(["--experimental-permission", "--allow-fs-read=/plugin/dist"]);
    expect(report.notEnforced).toEqual(["net"]);
    expect(report.enforced).toEqual(["read", "write", "childProcess", "workers", "addons"]);
  });

  it("a network that is allowed anyway is not reported, and gets no flag that Node does not know", () => {
    const { flags, report } = planPermissions({ net: true }, node20, code);
    expect(report.notEnforced).toEqual([]);
    expect(flags).not.toContain("--allow-net");
  });

  it("what is allowed and leads around all the rest is reported", () => {
    const all = { childProcess: true, workers: true, net: true, addons: true };
    expect(planPermissions(all, node26, code).report.waysAround).toEqual(["childProcess", "workers", "addons"]);
    expect(planPermissions({ net: true }, node26, code).report.waysAround).toEqual([]);
  });

  it("what is named is allowed, what is not is denied", () => {
    const permissions = { read: ["/docs"], write: ["/out"], workers: true };
    expect(planPermissions(permissions, node26, code)).toEqual({
      flags: [
        ...["--permission", "--allow-fs-read=/plugin/dist", "--allow-fs-read=/docs"],
        ...["--allow-fs-write=/out", "--allow-worker"],
      ],
      report: {
        enforced: ["read", "write", "childProcess", "workers", "net", "addons"],
        notEnforced: [],
        waysAround: ["workers"],
      },
    });
  });

  it("a Node without the model enforces nothing, and says so", () => {
    expect(planPermissions({ read: ["/docs"], addons: true }, new Set(), code)).toEqual({
      flags: [],
      report: { enforced: [], notEnforced: ["read", "write", "childProcess", "workers", "net"], waysAround: [] },
    });
  });
});
