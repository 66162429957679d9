import type { Reprise } from "@reprise/core";
import { accessOf, refuseForeign, requireAccess, type Access } from "./access.ts";
import { checkMethods } from "./check.ts";
import { resolveOptions, type HandlerOptions, type HandlerSettings } from "./handler-options.ts";
import { pathSegments } from "./path-segments.ts";
import { plainJson } from "./plain-json.ts";
import { Refusal, refusalOf } from "./refusal.ts";
import { runEvents } from "./run-events.ts";
import { runList } from "./run-list.ts";
import { runPage } from "./run-page.ts";
import { takeAnswer } from "./take-answer.ts";
import { takeInterrupt } from "./take-interrupt.ts";

/** The verbs that are served. */
export type ServedReprise = Pick<Reprise, "list" | "head" | "history" | "pending" | "events" | "answer" | "interrupt">;

/**
 * Serves runs to web requests; it never rejects. Below `basePath`: `GET /runs`, `GET /runs/:id`, `GET /runs/:id/events`,
 * `POST /runs/:id/answers`, `POST /runs/:id/interrupt`. Changing a run needs the bearer token, answering a wait its own or that one; requests of other origins
 * are refused. It runs no code of yours: whoever executes the runs may be another process on the same backend. Throws `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { createReprise, tool } from "@reprise/core";
 * import { memoryBackend } from "@reprise/backend-memory";
 * import { createHandler } from "@reprise/http";
 *
 * const reprise = createReprise({ backend: memoryBackend() });
 * await reprise.execute(tool({ name: "greet", run: (name: string) => `Hello ${name}` }), "Ada", { stateId: "run-1" });
 * const handler = createHandler(reprise);
 * const response = await handler(new Request("http://localhost/runs"));
 * console.log(response.status, (await response.json()).runs.length); // 200 1
 * ```
 */
export function createHandler(reprise: ServedReprise, options: HandlerOptions = {}): (request: Request) => Promise<Response> {
  checkMethods("reprise", "what createReprise gives", ["list", "head", "history", "pending", "events", "answer", "interrupt"], reprise);
  const settings = resolveOptions(options);
  return async (request) => {
    try {
      return await respond(reprise, request, settings);
    } catch (error) {
      const refusal = refusalOf(error);
      // Whoever goes away in the middle of a request does nobody harm.
      if (refusal.status >= 500 && !isGone(request)) settings.onError(error, request);
      const { status, code, message, headers } = refusal;
      return json(status, { error: { code, message } }, headers);
    }
  };
}

async function respond(reprise: ServedReprise, request: Request, settings: HandlerSettings): Promise<Response> {
  const url = new URL(request.url);
  refuseForeign(request, url, settings.access);
  const { method, work } = routeOf(reprise, url, settings);
  const access = await accessOf(request, settings.access);
  if (request.method !== method) throw new Refusal(405, "METHOD_NOT_ALLOWED", `this path takes ${method} only`, { allow: method });
  if (method === "GET") requireAccess("read", access, settings.access);
  const result = await work(request, access);
  if (result instanceof Response) return result;
  return json(method === "GET" ? 200 : 202, result);
}

interface Route {
  readonly method: "GET" | "POST";
  readonly work: (request: Request, access: Access) => Promise<object>;
}

function routeOf(reprise: ServedReprise, { pathname, searchParams }: URL, settings: HandlerSettings): Route {
  const [first, second, third, ...more] = segmentsBelow(settings.base, pathname);
  const path = `${first ?? ""}${second === undefined ? "" : "/:id"}${third === undefined ? "" : `/${third}`}`;
  const stateId = second ?? "";
  if (more.length === 0) {
    switch (path) {
      case "runs":
        return { method: "GET", work: () => runList(reprise, searchParams) };
      case "runs/:id":
        return { method: "GET", work: (_request, access) => runPage(reprise, stateId, { values: settings.values, tokens: access === "change" }) };
      case "runs/:id/events":
        return { method: "GET", work: (request) => runEvents(reprise, stateId, request, settings) };
      case "runs/:id/answers":
        return { method: "POST", work: (request, access) => takeAnswer(reprise, stateId, request, settings, access) };
      case "runs/:id/interrupt":
        return { method: "POST", work: (request, access) => takeInterrupt(reprise, stateId, request, settings, access) };
      default:
    }
  }
  throw new Refusal(404, "NO_SUCH_PATH", "there is nothing at this path");
}

function segmentsBelow(base: readonly string[], pathname: string): string[] {
  const segments = pathSegments(pathname);
  if (segments === undefined) throw new Refusal(400, "INVALID_ID", "the path is not percent-encoded UTF-8");
  return base.every((segment, index) => segment === segments[index]) ? segments.slice(base.length) : [];
}

/** Of what is no request, too: it came from nobody who could have gone. */
function isGone(request: Partial<Request> | undefined): boolean {
  return request?.signal?.aborted === true;
}

function json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${plainJson(body)}\n`, { status, headers: { "content-type": "application/json", "cache-control": "no-store", "x-content-type-options": "nosniff", ...headers } });
}
