import { now } from "./system.ts";

/** An answer that is not 2xx. Retry policies read `status` and `retryAfterMs`. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly code = "HTTP_ERROR";
  readonly status: number;
  /** What the server asked for, in ms; undefined if it asked for nothing. */
  declare readonly retryAfterMs?: number;

  constructor(status: number, message: string, retryAfterMs: number | undefined) {
    super(message);
    this.status = status;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}

/** Fetches JSON; throws `HttpError` for anything but 2xx. */
export async function fetchJson(url: URL, init: RequestInit & { readonly signal: AbortSignal }): Promise<unknown> {
  const response = await fetch(url, init);
  if (response.ok) return response.json();
  const detail = (await response.text()).replace(/\s+/gu, " ").slice(0, 200);
  const message = `${response.status} ${response.statusText} from ${url.host}${detail === "" ? "" : `: ${detail}`}`;
  throw new HttpError(response.status, message, retryAfter(response.headers));
}

/** `retry-after-ms` (milliseconds, as several APIs send it) before `Retry-After` (RFC 9110, 10.2.3: seconds or a date). */
export function retryAfter(headers: Headers): number | undefined {
  const precise = headers.get("retry-after-ms");
  if (precise !== null && /^\d+$/u.test(precise)) return Number(precise);
  const standard = headers.get("retry-after");
  if (standard === null) return undefined;
  if (/^\d+$/u.test(standard)) return Number(standard) * 1000;
  const date = Date.parse(standard);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now());
}
