import type { Actor } from "../actors/actor.ts";
import { parseAddress } from "../address/address.ts";
import { checkActor } from "../actors/check.ts";
import { everyPage } from "../backends/every-page.ts";
import { checkStateId } from "../backends/check-state-id.ts";
import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { checkObject, checkTexts, invalid } from "../errors/invalid.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import type { HiddenRoot, JournalRecord } from "../journal/journal-record.ts";
import type { StateStatus } from "../events/event-type.ts";
import { foldVisible } from "../timeline/fold-visible.ts";
import { lastRoot } from "../timeline/last-root.ts";
import { sealOf } from "../transfer/sealed.ts";
import { readRun } from "./read-run.ts";
import type { ExecutionOutcome, OpenOptions } from "./reprise.ts";
import type { RepriseSettings } from "./settings.ts";

/** What `wake` can resume runs with, as a list or by any names: a run is resumed with the actor its root is called after. */
export type WakeActors = readonly Actor<never, unknown>[] | { readonly [name: string]: Actor<never, unknown> };

/** Options of `wake`. */
export interface WakeOptions {
  /** These runs and no others, whatever they rest at: also paused and interrupted ones, which `wake` leaves alone otherwise. Default: every run that can go on. */
  readonly stateIds?: readonly string[];
  /** Addresses of calls with `repeatable: false` that may run again in these runs although they may have happened. Needs `stateIds`. Default: none. */
  readonly allowRepeat?: readonly string[];
}

/** What became of a run that could go on. */
export type WokenRun =
  | { readonly stateId: string; readonly outcome: ExecutionOutcome<unknown> }
  /** It was not resumed: somebody else was faster (`LEASE_HELD`), none of the actors is its, or it cannot be opened. */
  | { readonly stateId: string; readonly error: Error };

type Resume = (actor: Actor<never, unknown>, stateId: string, options: OpenOptions) => Promise<ExecutionOutcome<unknown>>;

const atOnce = 5;

/** Resumes what can go on: sleeps and waits whose time has come, runs with unread messages, and what was left in the middle (rule I5). */
export async function wakeRuns(settings: RepriseSettings, actors: WakeActors, options: WakeOptions, resume: Resume): Promise<WokenRun[]> {
  checkObject("actors", actors);
  if ("type" in actors && typeof actors.type === "string") invalid("actors", "a list of actors, or an object with actors in it", actors);
  const known = Array.isArray(actors) ? (actors as readonly Actor<never, unknown>[]) : Object.values(actors as { readonly [name: string]: Actor<never, unknown> });
  for (const actor of known) checkActor(actor);
  checkWakeOptions(options);
  const { stateIds, allowRepeat } = options;
  // A run may have killed whoever was at it, so what was left comes after what is due.
  const due = stateIds ?? (await unheld(settings, "awaiting", settings.system.now()));
  const left = new Set(stateIds === undefined ? await unheld(settings, "running") : []);
  const wanted = [...new Set([...due, ...left])];
  const woken = new Map<string, WokenRun>();
  const queue = wanted.values();
  const work = async (): Promise<void> => {
    for (const stateId of queue) {
      try {
        const records = await readRun(settings, stateId);
        // It goes on where it was handed off to.
        if (stateIds === undefined && sealOf(records) !== undefined) continue;
        const root = lastRoot(records);
        // One that was driven by hand goes on by hand.
        if (left.has(stateId) && (root === undefined || isUntouchedCopy(records) || isStopped(stateId, records))) continue;
        woken.set(stateId, { stateId, outcome: await resume(actorOf(root, stateId, known), stateId, allowRepeat === undefined ? {} : { allowRepeat }) });
      } catch (error) {
        woken.set(stateId, { stateId, error: error as Error });
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return wanted.flatMap((stateId) => woken.get(stateId) ?? []);
}

function checkWakeOptions(options: WakeOptions): void {
  checkKnown(options, { stateIds: true, allowRepeat: true } satisfies OptionNames<WakeOptions>);
  const { stateIds, allowRepeat } = options;
  checkTexts("stateIds", stateIds);
  for (const stateId of stateIds ?? []) checkStateId(stateId);
  checkTexts("allowRepeat", allowRepeat);
  if (allowRepeat !== undefined && stateIds === undefined) invalid("allowRepeat", "given with stateIds: a call may be repeated in a run that is named", allowRepeat);
}

async function unheld({ backend }: RepriseSettings, status: StateStatus, dueBefore?: number): Promise<string[]> {
  const found: string[] = [];
  for await (const { rows } of everyPage((query) => backend.list(query), { status: [status], ...(dueBefore !== undefined && { dueBefore }) })) {
    for (const { stateId, lease } of rows) if (lease !== "live") found.push(stateId);
  }
  return found;
}

/** A crash may have left it listed as running, but somebody has paused or interrupted it: it goes on when it is named. */
function isStopped(stateId: string, records: readonly JournalRecord[]): boolean {
  const { status } = foldVisible(stateId, records);
  return status === "paused" || status === "interrupted";
}

/** An imported copy says that it is running if the original was. Whoever imported it decides whether it goes on. */
function isUntouchedCopy(records: readonly JournalRecord[]): boolean {
  const [first] = records;
  return first?.k === "run" && first.parent !== undefined && records.length <= first.parent.n;
}

function actorOf(root: HiddenRoot | undefined, stateId: string, actors: readonly Actor<never, unknown>[]): Actor<never, unknown> {
  if (root === undefined) throw new RepriseError("NOT_FOUND", `run ${stateId} was not begun by execute: load it to go on`, { stateId });
  const { segment, type } = parseAddress(root.a);
  const actor = actors.find((each) => each.name === segment.name && each.type === type);
  if (actor !== undefined) return actor;
  throw new RepriseError("NOT_FOUND", `run ${stateId} belongs to ${root.a}, which is none of the actors given to wake`, { stateId, address: root.a });
}
