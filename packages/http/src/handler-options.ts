import { checkKnown, invalidOption, type OptionNames } from "@reprise/core/spi";
import type { AccessRules } from "./access.ts";
import { checkDelay } from "./check.ts";
import { pathSegments } from "./path-segments.ts";
import { defaultSystem, type HttpSystem } from "./system.ts";

/** Options of `createHandler`. */
export interface HandlerOptions {
  /** Bearer token for everything that changes a run, and that sees everything. At least 16 characters. Default: none, and nothing can be changed but by the token of a wait. */
  readonly token?: string;
  /** Bearer token for looking. At least 16 characters. Default: none is needed. */
  readonly readToken?: string;
  /** Names of hosts that it answers for, without ports. Default: `localhost`, `127.0.0.1` and `[::1]`. */
  readonly hosts?: readonly string[];
  /** Path that all others are below, such as `/reprise`. Default: `""`. */
  readonly basePath?: string;
  /** Shows inputs and results, too, without what `redact` of the Reprise hides. Default: false. */
  readonly values?: boolean;
  /** A longer body is refused. Default: 1 MiB. */
  readonly maxBodyBytes?: number;
  /** How often event streams say that they are alive, in ms. Default: 15,000. */
  readonly heartbeatMs?: number;
  /** Told of every error that is not the client's. Default: `console.error`. */
  readonly onError?: (error: unknown, request: Request) => void;
  /** Timers, for tests. Default: those of the runtime. */
  readonly system?: HttpSystem;
}

/** Checked options with their defaults. */
export interface HandlerSettings {
  readonly access: AccessRules;
  /** Segments of the path that all others are below, decoded. */
  readonly base: readonly string[];
  readonly values: boolean;
  readonly maxBodyBytes: number;
  readonly heartbeatMs: number;
  /** Never throws. */
  readonly onError: (error: unknown, request: Request) => void;
  readonly system: HttpSystem;
}

const optionNames: OptionNames<HandlerOptions> = {
  token: true,
  readToken: true,
  hosts: true,
  basePath: true,
  values: true,
  maxBodyBytes: true,
  heartbeatMs: true,
  onError: true,
  system: true,
};
const shortestToken = 16;

/** Throws `INVALID_OPTION`, naming the option. */
export function resolveOptions(options: HandlerOptions): HandlerSettings {
  checkKnown(options, optionNames, "createHandler");
  const { token, readToken, hosts = ["localhost", "127.0.0.1", "[::1]"], basePath = "", values = false, maxBodyBytes = 2 ** 20, heartbeatMs = 15_000, system = defaultSystem() } = options;
  const { onError = (error) => system.report(error) } = options;
  checkToken("token", token);
  checkToken("readToken", readToken);
  checkHosts(hosts);
  const base = baseOf(basePath) ?? invalidOption("basePath", "a path that begins and does not end with /, without . and .. in it, or empty", basePath);
  if (typeof values !== "boolean") invalidOption("values", "true or false", values);
  if (!Number.isSafeInteger(maxBodyBytes) || maxBodyBytes < 1) invalidOption("maxBodyBytes", "a whole number of bytes from 1", maxBodyBytes);
  checkDelay("heartbeatMs", heartbeatMs);
  if (typeof onError !== "function") invalidOption("onError", "a function", onError);
  return { access: { token, readToken, hosts: new Set(hosts.map((host) => host.toLowerCase())) }, base, values, maxBodyBytes, heartbeatMs, onError: unfailing(onError, system), system };
}

/** Undefined for what is no path, or another one once a client has made it a URL. */
function baseOf(path: unknown): string[] | undefined {
  if (typeof path !== "string" || !/^(?:\/[^/?#]+)*$/u.test(path)) return undefined;
  const segments = pathSegments(path);
  return segments?.some((segment) => segment === "." || segment === "..") === true ? undefined : segments;
}

/** Whoever is told of errors may fail, too: it is reported where nothing else can be, and costs no client its answer. */
function unfailing(onError: HandlerSettings["onError"], system: HttpSystem): HandlerSettings["onError"] {
  const tell = async (error: unknown, request: Request): Promise<void> => onError(error, request);
  return (error, request) => void tell(error, request).catch((fault: unknown) => system.report(fault));
}

function checkToken(option: string, value: unknown): void {
  const good = value === undefined || (typeof value === "string" && value.length >= shortestToken && /^[\x21-\x7e]+$/u.test(value));
  // Not shown: a token that is nearly right is a secret, too.
  if (!good) invalidOption(option, `a text of at least ${shortestToken} printable ASCII characters without spaces`, typeof value === "string" ? `${value.length} characters` : typeof value);
}

function checkHosts(value: unknown): void {
  const good = Array.isArray(value) && value.length > 0 && value.every((host) => typeof host === "string" && isHostName(host));
  if (!good) invalidOption("hosts", "a list of host names without ports, such as runs.example.com", String(value));
}

function isHostName(host: string): boolean {
  return URL.canParse(`http://${host}/`) && new URL(`http://${host}/`).host === host.toLowerCase() && !/:\d+$/u.test(host);
}
