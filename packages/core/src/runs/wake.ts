import type { Actor } from "../actors/actor.ts";
import { parseAddress } from "../address/address.ts";
import { checkActor } from "../actors/check.ts";
import { everyPage } from "../backends/every-page.ts";
import { checkObject } from "../errors/invalid.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { lastRoot } from "../timeline/last-root.ts";
import { readRun } from "./read-run.ts";
import type { ExecutionOutcome } from "./reprise.ts";
import type { RepriseSettings } from "./settings.ts";

/** What `wake` can resume runs with, as a list or by any names: a run is resumed with the actor its root is called after. */
export type WakeActors = readonly Actor<never, unknown>[] | { readonly [name: string]: Actor<never, unknown> };

/** What became of a run that was due. */
export type WokenRun =
  | { readonly stateId: string; readonly outcome: ExecutionOutcome<unknown> }
  /** It was not resumed: somebody else was faster (`LEASE_HELD`), none of the actors is its, or it cannot be opened. */
  | { readonly stateId: string; readonly error: Error };

const atOnce = 5;

/** Resumes what is due: sleeps and waits whose time has come, and runs with unread messages (rule I5). */
export async function wakeDue(settings: RepriseSettings, actors: WakeActors, resume: (actor: Actor<never, unknown>, stateId: string) => Promise<ExecutionOutcome<unknown>>): Promise<WokenRun[]> {
  checkObject("actors", actors);
  const known = Array.isArray(actors) ? (actors as readonly Actor<never, unknown>[]) : Object.values(actors as { readonly [name: string]: Actor<never, unknown> });
  for (const actor of known) checkActor(actor);
  const due = await dueRuns(settings);
  const woken: WokenRun[] = [];
  const queue = due.values();
  const work = async (): Promise<void> => {
    for (const stateId of queue) {
      try {
        woken.push({ stateId, outcome: await resume(await actorOf(settings, stateId, known), stateId) });
      } catch (error) {
        woken.push({ stateId, error: error as Error });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return woken.toSorted((a, b) => due.indexOf(a.stateId) - due.indexOf(b.stateId));
}

/** Paused and interrupted runs are left to whoever stopped them. */
async function dueRuns({ backend, system }: RepriseSettings): Promise<string[]> {
  const found: string[] = [];
  for await (const { rows } of everyPage((query) => backend.list(query), { dueBefore: system.now(), status: ["awaiting", "running"] })) {
    for (const { stateId, lease } of rows) if (lease !== "live") found.push(stateId);
  }
  return found;
}

async function actorOf(settings: RepriseSettings, stateId: string, actors: readonly Actor<never, unknown>[]): Promise<Actor<never, unknown>> {
  const root = lastRoot(await readRun(settings, stateId));
  if (root === undefined) throw new RepriseError("NOT_FOUND", `run ${stateId} was not begun by execute: load it to go on`, { stateId });
  const { segment, type } = parseAddress(root.a);
  const actor = actors.find((each) => each.name === segment.name && each.type === type);
  if (actor !== undefined) return actor;
  throw new RepriseError("NOT_FOUND", `run ${stateId} belongs to ${root.a}, which is none of the actors given to wake`, { stateId, address: root.a });
}
