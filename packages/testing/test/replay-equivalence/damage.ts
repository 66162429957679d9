import { memoryBackend } from "@reprise/backend-memory";
import { createReprise } from "@reprise/core";
import { virtualSystem } from "../../src/index.ts";
import { lengthOf } from "./journal.ts";
import { stateId, type Disk } from "./life.ts";

/** What `verify` finds in what a life has left; undefined if that is intact, as whatever an engine has written is. */
export async function damageIn({ snapshot }: Disk): Promise<string | undefined> {
  if (snapshot === undefined || lengthOf(snapshot) === 0) return undefined;
  const system = virtualSystem();
  const { findings } = await system.runUntil(createReprise({ backend: memoryBackend({ system, from: snapshot }), system }).verify(stateId));
  const [first] = findings;
  return first && `${first.kind} at record ${first.seq}: ${first.message}`;
}
