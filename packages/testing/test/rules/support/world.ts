import type { Actor, ExecutionOutcome, OpenOptions, Reprise, RepriseOptions } from "@reprise/core";
import { createReprise, tool } from "@reprise/core";
import { memoryBackend } from "@reprise/backend-memory";
import type { StateBackend } from "@reprise/core/spi";
import { crashableBackend, recordingSubscriber, type CrashableBackend, type RecordingSubscriber } from "../../../src/index.ts";

/** One life of a process: a Reprise on the world's disk, and what it publishes. */
export interface Life {
  readonly reprise: Reprise;
  readonly heard: RecordingSubscriber;
}

/** A disk that outlives the processes of a test. */
export interface World {
  readonly disk: CrashableBackend;
  /** A new process. */
  begin(options?: Omit<RepriseOptions, "backend">): Life;
  /** Executes in a process that dies when the work calls `point.actor` for the first time, or at `point.now()`. */
  runUntilCrash<Input>(actor: Actor<Input, unknown>, input: Input, point: CrashPoint, options?: Omit<RepriseOptions, "backend">): Promise<Life>;
  /** Continues in a new process. */
  resume<Output>(actor: Actor<never, Output>, options?: OpenOptions, repriseOptions?: Omit<RepriseOptions, "backend">): Promise<Resumed<Output>>;
  /** The journal of the run, parsed. */
  journal(): Promise<RawRecord[]>;
}

export interface Resumed<Output> extends Life {
  readonly outcome: ExecutionOutcome<Output>;
}

/** A record as it stands in the journal. */
export type RawRecord = { readonly k: string; readonly at: number; readonly [field: string]: unknown };

/** The id of the run in every world. */
export const stateId = "run-1";

/** A world with an empty disk. */
export function createWorld(backend: StateBackend = memoryBackend()): World {
  const disk = crashableBackend(backend);
  const begin: World["begin"] = (options = {}) => {
    const heard = recordingSubscriber();
    return { heard, reprise: createReprise({ ...options, backend: disk, subscribers: [heard, ...(options.subscribers ?? [])] }) };
  };
  return {
    disk,
    begin,
    async runUntilCrash(actor, input, point, options) {
      const life = begin(options);
      const ended = life.reprise.execute(actor, input, { stateId });
      const first = await Promise.race([point.crashed.then(() => "crashed" as const), ended]);
      if (first !== "crashed") throw new Error(`the run ended before it crashed: ${JSON.stringify(first)} ${first.status === "failed" ? String(first.error) : ""}`);
      return life;
    },
    async resume(actor, options, repriseOptions) {
      const life = begin(repriseOptions);
      return { ...life, outcome: await life.reprise.resume(actor, stateId, options) };
    },
    journal: () => journalOf(disk),
  };
}

/** Where the process dies. */
export interface CrashPoint {
  /** A tool: the first call of it kills the process; later ones give their input back. */
  readonly actor: Actor<unknown, unknown>;
  /** Kills the process from anywhere; gives a promise that never settles. Only the first time. */
  now(): Promise<void>;
  readonly crashed: Promise<void>;
}

/** A place at which the process that uses the disk dies once. */
export function crashPoint(disk: CrashableBackend, name = "crash_point"): CrashPoint {
  let done: () => void;
  let dead = false;
  const crashed = new Promise<void>((resolve) => {
    done = resolve;
  });
  const now = (): Promise<void> => {
    if (dead) return Promise.resolve();
    dead = true;
    disk.crash();
    done();
    return new Promise(() => undefined);
  };
  return {
    crashed,
    now,
    actor: tool({
      name,
      run: async (input: unknown) => {
        await now();
        return input;
      },
    }),
  };
}

/** The records of a run, parsed. */
export async function journalOf(backend: StateBackend, id = stateId): Promise<RawRecord[]> {
  const records: RawRecord[] = [];
  for await (const batch of backend.read(id)) {
    for (const { bytes } of batch) records.push(JSON.parse(new TextDecoder().decode(bytes)) as RawRecord);
  }
  return records;
}

/** A backend whose one run holds these records: text as it is, anything else as JSON. */
export async function backendWith(records: readonly unknown[], id = stateId): Promise<StateBackend> {
  const backend = memoryBackend();
  const writer = await backend.acquire(id, { owner: "test", create: "must" });
  await writer.append(
    records.map((record) => new TextEncoder().encode(typeof record === "string" ? record : JSON.stringify(record))),
    { expect: 0, header: { status: "running", createdAt: 1, updatedAt: 1, tags: [] } },
  );
  await writer.release();
  return backend;
}

/** What a promise is rejected with; throws if it is not. */
export async function rejectionOf(promise: Promise<unknown>): Promise<Error & { readonly code?: string; readonly path?: string; readonly address?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it was expected to reject");
}

/** Collects rejections that nobody handled while `work` ran and for some turns after. */
export async function unhandledDuring(work: () => Promise<void>): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown): void => void unhandled.push(reason);
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", listener);
  try {
    await work();
    await turns(20);
  } finally {
    process.off("unhandledRejection", listener);
    for (const other of others) process.on("unhandledRejection", other);
  }
  return unhandled;
}

/** Lets the event loop turn. */
export async function turns(count = 10): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A promise that is settled from outside. */
export interface Latch<T = void> {
  readonly promise: Promise<T>;
  open(value: T): void;
}

export function latch<T = void>(): Latch<T> {
  let open: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { promise, open: (value) => open(value) };
}
