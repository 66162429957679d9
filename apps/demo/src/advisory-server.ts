import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { faultOf, type Fault, type FaultRates } from "./advisories/fault-plan.ts";
import { inventAdvisories } from "./advisories/invent-advisories.ts";
import { seededFraction } from "./seeded.ts";

/** What the service does is decided by the seed: which packages have advisories, which requests fail and how. */
export interface AdvisoryServerOptions {
  readonly seed: number;
  readonly faults?: FaultRates;
  /** Longest time an answer takes, in ms. Default: 120. */
  readonly slowestMs?: number;
}

/** What has been asked and how it went, by kind. */
export type RequestCounts = Readonly<Record<"requests" | "answered" | Fault, number>>;

/** A running service. */
export interface AdvisoryServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>/` */
  readonly url: URL;
  counts(): RequestCounts;
  /** Ends the service and every connection to it. Idempotent. */
  close(): Promise<void>;
}

/**
 * An HTTP service on loopback that behaves like services do: mostly it answers after a while, sometimes it says 503 with
 * `Retry-After`, resets the connection or never answers.
 */
export async function startAdvisoryServer(options: AdvisoryServerOptions): Promise<AdvisoryServer> {
  const counts = { requests: 0, answered: 0, busy: 0, reset: 0, silent: 0 };
  const requestsOf = new Map<string, number>();
  const timers = new Set<NodeJS.Timeout>();

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const asked = packageOf(request);
    if (asked === undefined) return send(response, 404, { error: "GET /advisories/<name>/<version>" });
    const id = `${asked.name}@${asked.version}`;
    const number = (requestsOf.get(id) ?? 0) + 1;
    requestsOf.set(id, number);
    const fault = faultOf(options.seed, id, number, options.faults);
    counts.requests += 1;
    counts[fault ?? "answered"] += 1;
    if (fault === "reset") return void request.socket.resetAndDestroy();
    if (fault === "busy") {
      const waitMs = 100 + Math.floor(seededFraction(options.seed, "wait", id) * 300);
      return send(response, 503, { error: "busy, come back later" }, { "retry-after": "1", "retry-after-ms": String(waitMs) });
    }
    if (fault === "silent") return;
    const delayMs = seededFraction(options.seed, "delay", id) * (options.slowestMs ?? 120);
    const timer = setTimeout(() => {
      timers.delete(timer);
      send(response, 200, { advisories: inventAdvisories(options.seed, asked.name, asked.version) });
    }, delayMs);
    timers.add(timer);
  };

  const server = createServer(answer);
  await listen(server);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= new Promise((resolve) => {
      for (const timer of timers) clearTimeout(timer);
      server.close(() => resolve());
      server.closeAllConnections();
    });
    return closing;
  };
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    counts: () => ({ ...counts }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function packageOf(request: IncomingMessage): { readonly name: string; readonly version: string } | undefined {
  const match = /^\/advisories\/([^/?]+)\/([^/?]+)$/u.exec(request.url ?? "");
  if (request.method !== "GET" || match?.[1] === undefined || match[2] === undefined) return undefined;
  try {
    return { name: decodeURIComponent(match[1]), version: decodeURIComponent(match[2]) };
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve());
  });
}
