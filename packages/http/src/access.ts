import { Refusal } from "./refusal.ts";

/** What somebody may do: nothing, look, or change runs, too. */
export type Access = "none" | "read" | "change";

/** Who may do what. */
export interface AccessRules {
  readonly token: string | undefined;
  readonly readToken: string | undefined;
  /** Names of hosts, lower case. */
  readonly hosts: ReadonlySet<string>;
}

const challenge = { "www-authenticate": 'Bearer realm="reprise"' };

/** What the bearer of a request may do. Throws 401 for a bearer that is none of those known, also where none is needed. */
export async function accessOf(request: Request, { token, readToken }: AccessRules): Promise<Access> {
  const header = request.headers.get("authorization");
  if (header === null) return readToken === undefined ? "read" : "none";
  const given = /^Bearer +(?<token>[\x21-\x7e]+) *$/iu.exec(header)?.groups?.["token"] ?? "";
  // Both, always: how long it takes says nothing.
  const [changes, reads] = await Promise.all([sameText(given, token), sameText(given, readToken)]);
  if (changes) return "change";
  if (reads) return "read";
  throw new Refusal(401, "UNAUTHORIZED", "the bearer token is not valid here", challenge);
}

/** Throws 401, or 403 where nobody may. */
export function requireAccess(needed: Exclude<Access, "none">, access: Access, { token }: AccessRules): void {
  if (access === "change" || access === needed) return;
  if (needed === "change" && token === undefined) throw new Refusal(403, "CHANGES_DISABLED", "this server has no token with which runs could be changed");
  throw new Refusal(401, "UNAUTHORIZED", needed === "change" ? "this needs the bearer token with which runs may be changed" : "this needs a bearer token", challenge);
}

/**
 * Refuses what the page of another site asks for: its browser says so in `Origin` or `Sec-Fetch-Site`, or it has made its own
 * name mean this machine, and then the host is none of ours.
 */
export function refuseForeign(request: Request, url: URL, { hosts }: AccessRules): void {
  if (!hosts.has(url.hostname.toLowerCase())) throw new Refusal(421, "WRONG_HOST", "this server does not answer for that host");
  const origin = request.headers.get("origin");
  if (origin !== null && hostOf(origin) !== url.host) throw new Refusal(403, "CROSS_ORIGIN", "requests from other origins are refused");
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") throw new Refusal(403, "CROSS_ORIGIN", "requests from other origins are refused");
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** Compares digests, whose bytes say nothing of where two texts differ, and all of them. */
async function sameText(given: string, wanted: string | undefined): Promise<boolean> {
  const [left, right] = await Promise.all([digest(given), digest(wanted ?? "")]);
  let difference = 0;
  for (const [index, byte] of left.entries()) difference |= byte ^ (right[index] ?? 0);
  return difference === 0 && wanted !== undefined;
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}
