import { checkKnown, type AcquireOptions, type OptionNames, type StateBackend, type StateWriter, type StoredRecord } from "@reprise/core/spi";
import { onTestFinished } from "vitest";

/** What `stateBackendSuite` needs to know about a backend. */
export interface StateBackendSuiteOptions {
  /** A backend on storage of its own, empty. Called once or more per case; closed by the suite. */
  readonly open: () => StateBackend | Promise<StateBackend>;
  /**
   * What a process started later finds: a backend with what `backend` stored. The suite has closed `backend`, or will not
   * use it again, as if its process had died. Cases about restarts are left out without it.
   */
  readonly reopen?: (backend: StateBackend) => StateBackend | Promise<StateBackend>;
  /** Another backend on the same storage, both in use, as in two processes. Cases about them are left out without it. */
  readonly connect?: (backend: StateBackend) => StateBackend | Promise<StateBackend>;
  /** Makes the holder of a run look dead without telling its writer, so that the next `acquire` takes over at once. */
  readonly abandon: (backend: StateBackend, stateId: string) => void | Promise<void>;
  /**
   * Damages what is stored of a run, so that its first record cannot be read any more, behind the backend's back. Required of a backend
   * that has `verify` or `salvage`.
   */
  readonly damage?: (backend: StateBackend, stateId: string) => void | Promise<void>;
  /** Which test shows that acknowledged appends survive a loss of power: a suite cannot cut it. Required where the capabilities say so. */
  readonly powerLossShownBy?: string;
}

const optionNames: OptionNames<StateBackendSuiteOptions> = { open: true, reopen: true, connect: true, abandon: true, damage: true, powerLossShownBy: true };

/** One case of the suite. */
export interface StateBackendCase {
  readonly name: string;
  readonly timeoutMs: number | undefined;
  readonly run: () => Promise<void>;
}

/** Registers a case. */
export type RegisterCase = (name: string, ...rest: [run: () => Promise<void>] | [options: { readonly timeout: number }, run: () => Promise<void>]) => void;

/** What the cases work with. */
export interface SuiteContext {
  /** A fresh backend, closed when the case ends. */
  readonly open: () => Promise<StateBackend>;
  readonly reopen: ((backend: StateBackend) => Promise<StateBackend>) | undefined;
  readonly connect: ((backend: StateBackend) => Promise<StateBackend>) | undefined;
  readonly abandon: (backend: StateBackend, stateId: string) => Promise<void>;
  readonly damage: ((backend: StateBackend, stateId: string) => Promise<void>) | undefined;
  readonly powerLossShownBy: string | undefined;
  readonly test: RegisterCase;
}

/** The options with every opened backend closed at the end of its case. Throws `INVALID_OPTION`: one that is misspelt would leave its cases out. */
export function suiteContext(options: StateBackendSuiteOptions, register: RegisterCase): SuiteContext {
  checkKnown(options, optionNames, "stateBackendSuite");
  const { open, reopen, connect, abandon, damage, powerLossShownBy } = options;
  const closedAtTheEnd = (backend: StateBackend): StateBackend => {
    onTestFinished(() => backend.close());
    return backend;
  };
  return {
    open: async () => closedAtTheEnd(await open()),
    reopen: reopen && (async (backend) => closedAtTheEnd(await reopen(backend))),
    connect: connect && (async (backend) => closedAtTheEnd(await connect(backend))),
    async abandon(backend, stateId) {
      await abandon(backend, stateId);
      const lease = (await backend.head(stateId))?.lease;
      if (lease === "live") throw new Error(`the option abandon has to make the holder of ${stateId} look dead: after it, head gives lease "live"`);
    },
    damage: damage && (async (backend, stateId) => damage(backend, stateId)),
    powerLossShownBy,
    test: register,
  };
}

/** `text` as UTF-8. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** UTF-8 as text. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** `count` records that differ: `r1`, `r2`, … */
export function records(count: number, first = 1): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => bytesOf(`r${first + index}`));
}

/** Acquires with the options most cases use. */
export function hold(backend: StateBackend, stateId = "run-1", options: Partial<AcquireOptions> = {}): Promise<StateWriter> {
  return backend.acquire(stateId, { owner: "suite", create: "may", ...options });
}

/** All records of a batched iteration. */
export async function collect(batches: AsyncIterable<readonly StoredRecord[]>): Promise<StoredRecord[]> {
  const all: StoredRecord[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

/** The records of a run as text, in order. */
export async function textsOf(backend: StateBackend, stateId = "run-1"): Promise<string[]> {
  return (await collect(backend.read(stateId))).map((record) => textOf(record.bytes));
}

/** What the promise rejects with; throws if it resolves. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  const shown = typeof value === "object" && value !== null ? "" : `, with ${String(value)}`;
  throw new Error(`expected this to be refused, but it resolved${shown}`);
}
