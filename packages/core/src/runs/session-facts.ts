import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { checkObject, invalid } from "../errors/invalid.ts";

/** Who continues a run: what you want to find in its journal beside the time, the mode and the version of this library (rule S7). */
export interface SessionFacts {
  readonly host?: string;
  readonly pid?: number;
  readonly gitCommit?: string;
  readonly appVersion?: string;
}

const texts = ["host", "gitCommit", "appVersion"] as const;

/** Asks for the facts, if they are to be collected, and checks them. Throws `INVALID_OPTION`. */
export function sessionFacts(session: SessionFacts | (() => SessionFacts) | undefined): SessionFacts {
  if (session === undefined) return {};
  const given: unknown = typeof session === "function" ? session() : session;
  checkObject("session", given);
  checkKnown(given, { host: true, pid: true, gitCommit: true, appVersion: true } satisfies OptionNames<SessionFacts>, "session");
  const facts = given as SessionFacts;
  for (const name of texts) if (facts[name] !== undefined && typeof facts[name] !== "string") invalid(`session.${name}`, "a string", facts[name]);
  if (facts.pid !== undefined && !Number.isSafeInteger(facts.pid)) invalid("session.pid", "a whole number", facts.pid);
  const { host, pid, gitCommit, appVersion } = facts;
  return Object.freeze({ ...(host !== undefined && { host }), ...(pid !== undefined && { pid }), ...(gitCommit !== undefined && { gitCommit }), ...(appVersion !== undefined && { appVersion }) });
}
