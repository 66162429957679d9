import type { Reprise } from "@reprise/core";
import { requireAccess, type Access } from "./access.ts";
import type { HandlerSettings } from "./handler-options.ts";
import { readJson } from "./read-json.ts";
import { Refusal } from "./refusal.ts";

const fields = ["reason", "message", "triggeredBy"];

/** Interrupts a run, whichever process is at it. It says whether there was something to interrupt. */
export async function takeInterrupt(reprise: Pick<Reprise, "interrupt">, stateId: string, request: Request, settings: HandlerSettings, access: Access): Promise<object> {
  requireAccess("change", access, settings.access);
  const body = await readJson(request, settings.maxBodyBytes);
  const unknown = Object.keys(body).find((name) => !fields.includes(name));
  if (unknown !== undefined) throw new Refusal(400, "INVALID_BODY", `${unknown} is none of ${fields.join(", ")}`);
  // What they hold is checked where it is used.
  return { interrupted: await reprise.interrupt(stateId, body) };
}
