import { describe, expect, it } from "vitest";
import { planPermissions } from "./node-permissions.js";

const node20 = new Set(["--experimental-permission", "--allow-child-process", "--allow-worker", "--allow-addons"]);
const node26 = new Set(["--permission", "--allow-child-process", "--allow-worker", "--allow-addons", "--allow-net"]);

describe("permissions", () => {
  it("the network is reported as not enforced where Node has no flag for it", () => {
    const plan = planPermissions({}, node20, "/plugin.js");
    expect(plan.flags).toEqual(["--experimental-permission", "--allow-fs-read=/plugin.js"]);
    expect(plan.notEnforced).toEqual(["net"]);
    expect(plan.enforced).toEqual(["read", "write", "childProcess", "workers", "addons"]);
  });

  it("a network that is allowed anyway is not reported", () => {
    expect(planPermissions({ net: true }, node20, "/plugin.js").notEnforced).toEqual([]);
  });

  it("what is named is allowed, what is not is denied", () => {
    const plan = planPermissions({ read: ["/docs"], write: ["/out"], workers: true }, node26, "/plugin.js");
    expect(plan.flags).toEqual([
      "--permission",
      "--allow-fs-read=/plugin.js",
      "--allow-fs-read=/docs",
      "--allow-fs-write=/out",
      "--allow-worker",
    ]);
    expect(plan).toMatchObject({
      enforced: ["read", "write", "childProcess", "workers", "net", "addons"],
      notEnforced: [],
    });
  });

  it("a Node without the model enforces nothing, and says so", () => {
    const plan = planPermissions({ read: ["/docs"] }, new Set(), "/plugin.js");
    expect(plan).toEqual({
      flags: [],
      enforced: [],
      notEnforced: ["read", "write", "childProcess", "workers", "net", "addons"],
    });
  });
});
