import { ErrorCode, RpcError } from "@outrigger/protocol";
import { kindOf } from "@outrigger/protocol/authority";

/** The variable that tells a worker its id. */
const WORKER_ID_VARIABLE = "OUTRIGGER_WORKER_ID";

/** What a worker may have of the host's own environment, beside the little every worker gets. All off by default. */
export interface InheritEnv {
  /** How to reach the network: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, `NODE_USE_ENV_PROXY`. */
  readonly proxy?: boolean | undefined;
  /** Whom to trust there: `NODE_EXTRA_CA_CERTS`, `NODE_USE_SYSTEM_CA`, `SSL_CERT_FILE`, `SSL_CERT_DIR`. */
  readonly certificates?: boolean | undefined;
  /** Whose process it is: `HOME`, `USER`, `LOGNAME`, the XDG folders, and their Windows counterparts. */
  readonly home?: boolean | undefined;
  /** `LANG`, `LANGUAGE` and the `LC_` variables. */
  readonly locale?: boolean | undefined;
  /** Further variables, by exact name. */
  readonly names?: readonly string[] | undefined;
}

/** What the environment of a worker is made of. */
export interface EnvironmentSource {
  readonly workerId: string;
  /** The host's own environment: read by name only, never copied as a whole. */
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** The integrator's additions; they go before what is inherited. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly inherit?: InheritEnv | undefined;
}

const GROUPS = {
  proxy: ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "NODE_USE_ENV_PROXY"].flatMap((name) =>
    name.startsWith("NODE_") ? [name] : [name, name.toLowerCase()],
  ),
  certificates: ["NODE_EXTRA_CA_CERTS", "NODE_USE_SYSTEM_CA", "SSL_CERT_FILE", "SSL_CERT_DIR"],
  home: [
    ...["HOME", "USER", "LOGNAME", "SHELL", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"],
    ...["USERPROFILE", "USERNAME", "HOMEDRIVE", "HOMEPATH", "APPDATA", "LOCALAPPDATA"],
  ],
  locale: [
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_COLLATE",
    "LC_CTYPE",
    "LC_MESSAGES",
    "LC_MONETARY",
    "LC_NUMERIC",
    "LC_TIME",
  ],
} as const;

/** Without these, Windows programs do not find their own system. */
const WINDOWS = ["SystemRoot", "windir", "SystemDrive", "ComSpec", "PATHEXT", "TEMP", "TMP", "PROCESSOR_ARCHITECTURE"];

/**
 * The whole environment of a worker: `PATH`, `NODE_PATH`, `NODE_ENV` (default `production`) and `TZ` (default `UTC`) of the
 * host, what `inherit` names, what `env` gives, and the worker's id.
 * @throws RpcError INVALID_PARAMS naming the variable that no process can be given.
 */
export function workerEnvironment(source: EnvironmentSource): Record<string, string> {
  const { hostEnv, platform, inherit = {} } = source;
  const windows = platform === "win32";
  /** Windows knows `Path` and `PATH` as one variable. */
  const key = (name: string): string => (windows ? name.toUpperCase() : name);
  const ofHost = windows
    ? byAnyCase(hostEnv)
    : (name: string) => (Object.hasOwn(hostEnv, name) ? hostEnv[name] : undefined);
  const made = new Map<string, readonly [name: string, value: string]>();
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined) made.set(key(name), [name, value]);
  };

  const inherited = [
    ...["PATH", "NODE_PATH", ...(windows ? WINDOWS : [])],
    ...(["proxy", "certificates", "home", "locale"] as const).flatMap((group) =>
      inherit[group] === true ? GROUPS[group] : [],
    ),
    ...(inherit.names ?? []),
  ];
  for (const name of inherited) set(checkName(name), ofHost(name));
  set("NODE_ENV", ofHost("NODE_ENV") ?? "production");
  set("TZ", ofHost("TZ") ?? "UTC");
  for (const [name, value] of Object.entries(source.env ?? {})) set(checkName(name), checkValue(name, value));
  set(WORKER_ID_VARIABLE, checkValue(WORKER_ID_VARIABLE, source.workerId));
  return Object.fromEntries(made.values());
}

function byAnyCase(env: EnvironmentSource["hostEnv"]): (name: string) => string | undefined {
  const values = new Map(Object.entries(env).map(([name, value]) => [name.toUpperCase(), value]));
  return (name) => values.get(name.toUpperCase());
}

function checkName(name: string): string {
  if (typeof name === "string" && name !== "" && !name.includes("=") && !name.includes("\0")) return name;
  throw invalid(`${JSON.stringify(name)} is no name of a variable: expected text without "=" and NUL`);
}

/** Tells the type of what it got, never the value: it may be a secret. */
function checkValue(name: string, value: unknown): string {
  if (typeof value !== "string") {
    throw invalid(`${name}: expected a string, got ${kindOf(value)}; write it as a string, or leave the name out`);
  }
  if (value.includes("\0")) throw invalid(`${name}: the value contains NUL, which no environment can carry`);
  return value;
}

function invalid(what: string): RpcError {
  return new RpcError(ErrorCode.INVALID_PARAMS, `env: ${what}`);
}
