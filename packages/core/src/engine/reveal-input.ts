import { RepriseError } from "../errors/reprise-error.ts";
import { isLeaf } from "../history/call-node.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import type { Call } from "./call.ts";
import type { Engine } from "./engine.ts";

/** The input for a leaf's handler: with the values of its secrets, looked up anew for each attempt. A promise only if it has some. */
export function revealInput({ engine, given }: Call): unknown {
  if (given === undefined || given.secretNames.length === 0) return given?.decode();
  return withSecrets(engine, given);
}

/** H2: that a secret cannot be had is found out before anything is recorded. Throws `SECRET_MISSING`. */
export function checkSecrets({ engine, spec }: Call, input: EncodedValue | undefined): void {
  if (engine.options.secrets !== undefined || !isLeaf(spec.type)) return;
  const name = input?.secretNames[0];
  if (name === undefined) return;
  throw new RepriseError("SECRET_MISSING", `"${spec.name}" is given the secret "${name}", and createReprise was given none; pass secrets: (name) => its value`, { path: "secrets" });
}

async function withSecrets(engine: Engine, given: EncodedValue): Promise<unknown> {
  const values = new Map<string, string>();
  for (const name of given.secretNames) {
    const value: unknown = await engine.options.secrets?.(name);
    if (typeof value !== "string") throw new RepriseError("SECRET_MISSING", `secrets("${name}") must give a text, got a value of type ${typeof value}`, { path: "secrets" });
    values.set(name, value);
  }
  return engine.values.reveal(given, values);
}
