import { ErrorCode } from "@outrigger/protocol";
import { expect, test } from "vitest";
import { type EnvironmentSource, workerEnvironment } from "./environment.js";

const make = (source: Partial<EnvironmentSource>) =>
  workerEnvironment({ workerId: "w", hostEnv: {}, platform: "linux", ...source });

test("a worker gets what is on the list and nothing else of the host's environment", () => {
  const hostEnv = {
    ...{ PATH: "/bin", NODE_PATH: "/lib", NODE_ENV: "test", TZ: "Europe/Paris" },
    ...{ AWS_SECRET_ACCESS_KEY: "s", NODE_OPTIONS: "--inspect", HOME: "/home/h", HTTPS_PROXY: "http://p", LANG: "C" },
  };
  expect(make({ hostEnv })).toEqual({
    ...{ PATH: "/bin", NODE_PATH: "/lib", NODE_ENV: "test", TZ: "Europe/Paris" },
    OUTRIGGER_WORKER_ID: "w",
  });
});

test("NODE_ENV is production and TZ is UTC when the host has none; what the host lacks is left out", () => {
  expect(make({})).toEqual({ NODE_ENV: "production", TZ: "UTC", OUTRIGGER_WORKER_ID: "w" });
});

test("given variables go before inherited ones, but the id is the host's to give", () => {
  const env = { PATH: "/opt", NODE_ENV: "development", OUTRIGGER_WORKER_ID: "other", EMPTY: "" };
  expect(make({ hostEnv: { PATH: "/bin" }, env })).toEqual({
    ...{ PATH: "/opt", NODE_ENV: "development", TZ: "UTC", EMPTY: "", OUTRIGGER_WORKER_ID: "w" },
  });
});

test.each([
  [{ proxy: true }, { HTTPS_PROXY: "1", https_proxy: "2" }],
  [{ certificates: true }, { NODE_EXTRA_CA_CERTS: "3" }],
  [{ home: true }, { HOME: "4" }],
  [{ locale: true }, { LC_ALL: "5" }],
  [{ names: ["KUBECONFIG", "ABSENT"] }, { KUBECONFIG: "6" }],
  [{ proxy: false, names: [] }, {}],
])("inherit %o passes on just that", (inherit, expected) => {
  const hostEnv = {
    ...{ HTTPS_PROXY: "1", https_proxy: "2", NODE_EXTRA_CA_CERTS: "3", HOME: "4", LC_ALL: "5", KUBECONFIG: "6" },
  };
  const { NODE_ENV, TZ, OUTRIGGER_WORKER_ID, ...rest } = make({ hostEnv, inherit });
  expect(rest).toEqual(expected);
});

test("on Windows names have no case, and a process gets what it cannot live without", () => {
  const hostEnv = { Path: "C:\\bin", SYSTEMROOT: "C:\\Windows", ComSpec: "cmd.exe", SECRET: "s" };
  expect(make({ platform: "win32", hostEnv, env: { path: "D:\\bin" } })).toEqual({
    ...{ path: "D:\\bin", SystemRoot: "C:\\Windows", ComSpec: "cmd.exe" },
    ...{ NODE_ENV: "production", TZ: "UTC", OUTRIGGER_WORKER_ID: "w" },
  });
  expect(make({ hostEnv: { Path: "/bin" } })).not.toHaveProperty("Path");
});

test.each<[object, string]>([
  [{ PORT: 80 }, "env: PORT: expected a string, got number; write it as a string, or leave the name out"],
  [{ TOKEN: undefined }, "env: TOKEN: expected a string, got undefined; write it as a string, or leave the name out"],
  [{ TOKEN: null }, "env: TOKEN: expected a string, got null; write it as a string, or leave the name out"],
  [{ TOKEN: "s3cret\0" }, "env: TOKEN: the value contains NUL, which no environment can carry"],
  [{ "A=B": "" }, 'env: "A=B" is no name of a variable: expected text without "=" and NUL'],
  [{ "": "" }, 'env: "" is no name of a variable: expected text without "=" and NUL'],
  [{ "A\0": "" }, 'env: "A\\u0000" is no name of a variable: expected text without "=" and NUL'],
])("%o is refused by name, without the value", (env, message) => {
  const source = { env: env as Record<string, string> };
  expect(() => make(source)).toThrow(expect.objectContaining({ code: ErrorCode.INVALID_PARAMS, message }));
});
