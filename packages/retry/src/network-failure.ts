import type { ErrorRecord } from "./error-record.ts";
import { namesOf } from "./names-of.ts";

/** Codes of connections that could not be made or broke: Node's system errors, undici, axios and older versions of Bun. */
const networkCodes: ReadonlySet<unknown> = new Set([
  "ECONNRESET", "ECONNREFUSED", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "EHOSTDOWN", "ENETUNREACH", "ENETDOWN",
  "ENETRESET", "ENOTFOUND", "EAI_AGAIN", "EADDRNOTAVAIL", "ERR_NETWORK", "ERR_SOCKET_CLOSED", "ERR_STREAM_PREMATURE_CLOSE",
  "UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "UND_ERR_SOCKET",
  "ConnectionRefused", "ConnectionClosed", "FailedToOpenSocket",
]);

// The fetch standard asks for a TypeError without saying more (github.com/whatwg/fetch/issues/526), so the texts are all there is.
const fetchMessages: ReadonlySet<string> = new Set([
  "fetch failed", // Node (undici), Deno
  "terminated", // Node (undici), while the body was read
  "error reading a body from connection", // Deno, while the body was read
  "Failed to fetch", // Chrome
  "network error", // Chrome, while the body was read
  "NetworkError when attempting to fetch resource.", // Firefox
  "Load failed", // Safari
  "The network connection was lost.", // Safari
  "The Internet connection appears to be offline.", // Safari
  "A network error occurred.", // WebKit elsewhere
  "Network connection lost", // Cloudflare Workers
  "Network request failed", // React Native and cross-fetch
]);
const fetchMessageStarts = [
  "Failed to fetch (", // Chrome, with the host
  "Load failed (", // Safari, with the host
  "error sending request", // older Deno
  "Unable to connect. Is the computer able to access the url?", // older Bun
];

/**
 * Is this a connection that failed, as far as name, code, message and cause tell? Recognises what `fetch` of Node, Bun, Deno
 * and browsers disguises as a TypeError.
 *
 * @example
 * ```ts
 * import { isNetworkFailure, toErrorRecord } from "@reprise/retry";
 *
 * const thrown = new TypeError("fetch failed", { cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }) });
 * console.log(isNetworkFailure(toErrorRecord(thrown, Date.now()))); // true
 * ```
 */
export function isNetworkFailure(error: ErrorRecord): boolean {
  if (networkCodes.has(error.code)) return true;
  if (!namesOf(error).includes("TypeError")) return false;
  const message = error.message.trim();
  if (fetchMessages.has(message) || fetchMessageStarts.some((start) => message.startsWith(start))) return true;
  return error.cause !== undefined && networkCodes.has(error.cause.code);
}
