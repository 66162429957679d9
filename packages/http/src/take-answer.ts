import type { Reprise } from "@reprise/core";
import { isWaitToken } from "@reprise/core/spi";
import { requireAccess, type Access } from "./access.ts";
import type { HandlerSettings } from "./handler-options.ts";
import { readJson } from "./read-json.ts";
import { Refusal } from "./refusal.ts";

/** Answers a wait: by its token, which is all the right that is needed, or by its name or address with the bearer token. */
export async function takeAnswer(reprise: Pick<Reprise, "answer">, stateId: string, request: Request, settings: HandlerSettings, access: Access): Promise<object> {
  const body = await readJson(request, settings.maxBodyBytes);
  const { token, wait, value, answerId, ...others } = body;
  const byToken = token !== undefined;
  if (!byToken) requireAccess("change", access, settings.access);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new Refusal(400, "INVALID_BODY", `${unknown} is none of token, wait, value, answerId`);
  if (byToken === (wait !== undefined)) throw new Refusal(400, "INVALID_BODY", "a wait is named by either token or wait");
  const named = byToken ? token : wait;
  if (typeof named !== "string") throw new Refusal(400, "INVALID_BODY", `${byToken ? "token" : "wait"} must be a string`);
  if (answerId !== undefined && (typeof answerId !== "string" || answerId === "")) throw new Refusal(400, "INVALID_BODY", "answerId must be a string that is not empty");
  // JSON.stringify leaves out what is undefined: a value that somebody forgot would be an answer for good, and mostly one that says no.
  if (!Object.hasOwn(body, "value")) throw new Refusal(400, "INVALID_BODY", "value is missing: the answer, which may be null");
  // A name in the place of the token is no right to anything.
  if (byToken && !isWaitToken(named)) throw new Refusal(404, "NOT_FOUND", "there is no such run, or no such wait in it");
  await reprise.answer(stateId, named, value, answerId === undefined ? {} : { answerId });
  return { accepted: true };
}
