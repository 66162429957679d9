import { memoryBackend, truncateRun, type MemorySnapshot } from "@reprise/backend-memory";
import { createReprise, type Actor, type ExecutionOutcome, type ExecutionState, type OpenOptions, type Reprise, type RepriseOptions } from "@reprise/core";
import type { ExecutionEvent, LogNotice, RecoveredNotice, Subscriber, System } from "@reprise/core/spi";
import { faultyBackend, recordingSubscriber, virtualSystem } from "../../src/index.ts";
import { answering, type AnswerAfter } from "./answers.ts";
import { hash } from "./hash.ts";
import { appendLog, expiredIn, lengthOf, timeOfLast } from "./journal.ts";
import { lateAcknowledgements, type Lateness } from "./late-acknowledgements.ts";

export const stateId = "run";

/** Half of the sleeps that programs ask for are longer. */
const suspendAfterMs = 30;

/** What is on disk: everything, and the length of the journal after each append so far. */
export interface Disk {
  readonly snapshot: MemorySnapshot | undefined;
  /** Rising; the last one is the length of the journal. */
  readonly boundaries: readonly number[];
  /** All events of the journal. */
  readonly events: readonly ExecutionEvent[];
  /** When somebody looks at the run again, in ms. Default: at the time of the last record. */
  readonly now?: number;
}

export const emptyDisk: Disk = { snapshot: undefined, boundaries: [], events: [] };

/** What one process makes of a pipeline, and what is seen of it outside of Reprise. */
export interface Process {
  /** An actor to execute, or what to do with the run by hand. */
  readonly pipeline: Actor<string, unknown> | ((state: ExecutionState) => Promise<unknown>);
  /** Addresses of the leaves whose handler ran, in order. */
  readonly handled: readonly string[];
  /** Values that belong to another call than the one that got them. */
  readonly mispaired: readonly string[];
}

/** Makes the actors anew for each process. */
export type Pipeline = (system: System, past: readonly ExecutionEvent[], expired: ReadonlySet<number>) => Process;

/** Options of {@link live}. */
export interface LifeOptions {
  readonly pipeline: Pipeline;
  readonly disk: Disk;
  /** The process dies in the append after this many. Default: never. */
  readonly crashAfter?: number;
  /** How late acknowledgements are. Default: they come at once. */
  readonly lateness?: Lateness;
  /** How long a turn takes, in ms. Default: no time. */
  readonly turnMs?: () => number;
  readonly graceMs: number;
  /** Default: nobody ever answers. */
  readonly answerAfter?: AnswerAfter;
  /** Switches a rule of the engine off. */
  readonly engine?: Partial<RepriseOptions>;
  readonly allowRepeat?: readonly string[];
  /** The run is interrupted, or paused, from outside: at a time, or when the event with this seq, or a later one, is told. Default: never. */
  readonly halt?: Halt;
  /** Further options of the run. */
  readonly open?: OpenOptions;
}

/** How and when a run is ended from outside. */
export interface Halt {
  readonly verb: "interrupt" | "pause";
  /** In ms. */
  readonly at?: number;
  readonly seq?: number;
}

/** What became of a process that started or resumed the pipeline. */
export interface Life {
  /** Undefined if the process died. */
  readonly outcome: ExecutionOutcome<unknown> | undefined;
  /** What it left. */
  readonly disk: Disk;
  /** Those of this life. */
  readonly events: readonly ExecutionEvent[];
  readonly recovered: readonly RecoveredNotice[];
  readonly logs: readonly LogNotice[];
  readonly process: Process;
}

/** The process is alive and nothing can happen any more, but the run has not ended. */
export class StuckError extends Error {
  override readonly name = "StuckError";
}

/** One process: starts the pipeline, or resumes it from what is on disk, until it ends or dies. */
export async function live(options: LifeOptions): Promise<Life> {
  const { disk, engine = {}, crashAfter, lateness, turnMs, graceMs, allowRepeat } = options;
  const now = Math.max(disk.now ?? 0, timeOfLast(disk.snapshot));
  // Every process draws ids of its own.
  const system = virtualSystem({ now, seed: hash(lengthOf(disk.snapshot), now), ...(turnMs && { turnMs }) });
  const memory = memoryBackend({ system, ...(disk.snapshot && { from: disk.snapshot }) });
  const log = appendLog(memory);
  const faulty = faultyBackend(log.backend, { system, ...(crashAfter !== undefined && { faults: { append: { [crashAfter + 1]: { kind: "crash", done: false } } } }) });
  const backend = lateness ? lateAcknowledgements(faulty, system, lateness) : faulty;
  const recording = recordingSubscriber();
  const answers = answering(system, stateId, options.answerAfter ?? (() => undefined));
  const halting = haltingSubscriber();
  const reprise = createReprise({ backend, system, subscribers: [recording, answers, halting], graceMs, suspendAfterMs, maxLost: 1_000_000, ...engine });
  const process = options.pipeline(system, disk.events, expiredIn(disk.snapshot));

  let outcome: ExecutionOutcome<unknown> | undefined;
  try {
    const { pipeline } = process;
    const open = { ...options.open, ...(allowRepeat && { allowRepeat }) };
    await answers.begin(reprise, disk.events);
    const halted = { here: false };
    const cancelHalt = options.halt === undefined ? () => undefined : plan(options.halt, { reprise, system, halting, halted });
    outcome = await system.runUntil(
      typeof pipeline === "function" ? byHand(reprise, pipeline, { disk, halted }, open) : reprise.execute(pipeline, "in0", { stateId, ...open }),
    );
    answers.end();
    // Of a run that was refused, and that somebody resumes at once, the end would else come later than its record says.
    if (outcome.status === "failed") cancelHalt();
    // What is still on its way to subscribers, and whatever must have no effect any more.
    await system.run();
  } catch (error) {
    if (!isIdle(error)) throw error;
    if (crashAfter === undefined || (faulty.counts.append ?? 0) <= crashAfter) throw new StuckError(`the run is stuck at ${system.now()} ms: nothing is due`);
  }
  const events = outcome ? recording.of("event") : (await eventsIn(memory.snapshot())).slice(disk.events.length);
  let snapshot: MemorySnapshot | undefined;
  return {
    outcome,
    disk: {
      // Copied only if somebody goes on from here, which after most crashes nobody does.
      get snapshot() {
        return (snapshot ??= memory.snapshot());
      },
      boundaries: [...disk.boundaries, ...log.boundaries],
      events: [...disk.events, ...events],
    },
    events,
    recovered: recording.of("recovered"),
    logs: recording.of("log"),
    process,
  };
}

async function byHand(reprise: Reprise, work: (state: ExecutionState) => Promise<unknown>, { disk, halted }: { readonly disk: Disk; readonly halted: Halted }, options: OpenOptions): Promise<ExecutionOutcome<unknown>> {
  const state = await (disk.snapshot ? reprise.load(stateId, options) : reprise.create({ ...options, stateId }));
  try {
    const value = await work(state);
    // Its code may have swallowed that it is to wait.
    return (await rested(reprise, state, halted)) ?? { status: "completed", stateId, value, reuse: state.reuse };
  } catch (error) {
    const rest = await rested(reprise, state, halted);
    if (rest !== undefined) return rest;
    return { status: "failed", stateId, error: error instanceof Error ? error : new Error(String(error)), reuse: state.reuse };
  } finally {
    await state.close();
  }
}

/** What it came to, if it rests without having ended. */
async function rested(reprise: Reprise, state: ExecutionState, { here }: Halted): Promise<ExecutionOutcome<unknown> | undefined> {
  const { status, interruption, reuse } = state;
  if (status === "awaiting") return suspended(reprise, state);
  if (!here) return undefined;
  return interruption === null ? { status: "paused", stateId, reuse } : { status: "interrupted", stateId, signal: interruption, reuse };
}

interface Halting extends Subscriber {
  /** Called with the seq of each event. */
  onSeq: (seq: number) => void;
}

function haltingSubscriber(): Halting {
  const halting: Halting = { onSeq: () => undefined, attach: (run) => run.on("event", ({ seq }) => halting.onSeq(seq)) };
  return halting;
}

/** Whether this life was ended from outside. */
interface Halted {
  here: boolean;
}

/** Returns a function that cancels it. */
function plan({ verb, at, seq }: Halt, { reprise, system, halting, halted }: { readonly reprise: Reprise; readonly system: System; readonly halting: Halting; readonly halted: Halted }): () => void {
  let done = false;
  const halt = (): void => {
    if (done) return;
    done = true;
    // Where the run has ended meanwhile, or is not there yet, nothing becomes of it.
    void reprise[verb](stateId).then((here) => (halted.here = here), () => undefined);
  };
  if (at !== undefined) system.setTimer(Math.max(0, at - system.now()), halt, { background: true });
  if (seq !== undefined) halting.onSeq = (told) => (told >= seq ? halt() : undefined);
  return () => void (done = true);
}

async function suspended(reprise: Reprise, { reuse }: ExecutionState): Promise<ExecutionOutcome<unknown>> {
  const wakeAt = (await reprise.head(stateId))?.wakeAt;
  return { status: "awaiting", stateId, pending: await reprise.pending(stateId), ...(wakeAt !== undefined && { wakeAt }), reuse };
}

function isIdle(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("nothing is left that could settle");
}

/** All events of the run, as somebody reads them who loads it; the dead do not hear of all that was appended. */
async function eventsIn(snapshot: MemorySnapshot): Promise<ExecutionEvent[]> {
  if (lengthOf(snapshot) === 0) return [];
  const system = virtualSystem();
  const reprise = createReprise({ backend: memoryBackend({ system, from: snapshot }), system });
  return system.runUntil(
    (async () => {
      const state = await reprise.load(stateId);
      return state.history.events();
    })(),
  );
}

/** The disk of a process that died right after the append that made the journal this long. */
export function cutDisk(disk: Disk, length: number): Disk {
  if (!disk.snapshot || length === 0) return emptyDisk;
  return {
    snapshot: withoutAnswers(truncateRun(disk.snapshot, stateId, length)),
    boundaries: disk.boundaries.filter((boundary) => boundary <= length),
    events: disk.events.filter((event) => event.seq <= length),
  };
}

/** Answers that have not been read may have come after the process died; those that had come before are given again. */
function withoutAnswers(snapshot: MemorySnapshot): MemorySnapshot {
  return { ...snapshot, runs: snapshot.runs.map((run) => ({ ...run, messages: [] })) };
}
