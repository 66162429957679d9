import { createCodec, createReprise, type Actor, type CallSnapshot, type ExecutionOutcome, type Reprise, type RepriseOptions, type StateSnapshot } from "@reprise/core";
import { checkKnown, invalidOption, RepriseError, type OptionNames, type StateBackend } from "@reprise/core/spi";
import { checkReprise } from "./check-reprise.ts";
import { driveVirtually } from "./drive-virtually.ts";
import { freshBackend } from "./fresh-backend.ts";
import { replayDifferences } from "./replay-differences.ts";
import { virtualSystem, type VirtualSystem } from "./virtual-system.ts";

/** Options of {@link recordedRun}. */
export interface RecordedRunOptions {
  /** A fresh, empty backend; called for every replay. One that keeps in memory: virtual time cannot wait for a disk. */
  readonly open: () => StateBackend;
  /** Further options of `createReprise`: those that the run was made with, such as `retry`. Default: none. */
  readonly reprise?: Omit<RepriseOptions, "backend" | "system">;
}

/** What a replay has found. */
export interface RecordedRunReport {
  readonly outcome: ExecutionOutcome<unknown>;
  /** One sentence for each call that was made otherwise, not made, or not in the recording, and why the run failed, if it did; empty if the code still does what it did. */
  readonly differences: readonly string[];
}

/** A run that was recorded, as a regression test of the code that made it. */
export interface RecordedRun {
  /** What the run was begun with. */
  readonly input: unknown;
  /** Runs the code as it is now; every tool and llm that completed gives what it gave, and its handler does not run. */
  replay(actor: Actor<never, unknown>): Promise<RecordedRunReport>;
  /** The same; throws an error that lists the differences, if there are any. Its cause is what the run failed with, if it did. */
  check(actor: Actor<never, unknown>): Promise<void>;
}

const owner = "recordedRun";
const optionNames: OptionNames<RecordedRunOptions> = { open: true, reprise: true };
const advice =
  "recordedRun: virtual time goes on as long as something waits for it, and nothing does. It cannot wait for anything real: give a backend that keeps in memory, such as open: () => memoryBackend(). Leaves that failed, or that are not in the recording, run";
const codec = createCodec();
/** Answers and sleeps that a run may have. */
const mostTurns = 100;

/**
 * Turns the snapshot of a run that has ended into a test of the code between its calls: the same input, every leaf gives its recorded value, waits are
 * answered as they were, and time is virtual. What differs is a call with another input or outcome, one that is missing, or a new one. Leaves
 * that failed, or that the recording does not have, run. A snapshot does not have everything: storage and artifacts that leaves wrote are not there, and
 * `random` and `uuid` draw anew and `now` tells virtual time, so that code whose calls or results depend on them differs though nobody changed it. Throws
 * `INVALID_OPTION`, also for a snapshot without a call.
 *
 * @example
 * ```ts
 * import { memoryBackend } from "@reprise/backend-memory";
 * import { agent, createReprise, tool } from "@reprise/core";
 * import { recordedRun } from "@reprise/testing";
 *
 * const double = tool({ name: "double", run: (value: number) => value * 2 });
 * const twice = agent({ name: "twice", run: async (value: number, context) => context.run(double, await context.run(double, value)) });
 * const reprise = createReprise({ backend: memoryBackend() });
 * await reprise.execute(twice, 1, { stateId: "run-1" });
 * const snapshot = await reprise.snapshot("run-1"); // JSON: keep it beside the test
 * await recordedRun(snapshot, { open: () => memoryBackend() }).check(twice);
 * ```
 */
export function recordedRun(snapshot: StateSnapshot, options: RecordedRunOptions): RecordedRun {
  check(options);
  const root = rootOf(snapshot);
  const input = valueOf(root, "input");
  const replay: RecordedRun["replay"] = async (actor) => {
    const system = virtualSystem({ now: snapshot.createdAt });
    const backend = freshBackend(options.open, owner);
    await writePinned(backend, snapshot, system);
    const reprise = createReprise({ ...options.reprise, backend, system });
    const outcome = await drive(system, finish(reprise, actor as Actor<unknown, unknown>, { snapshot, input, system }));
    const differences = replayDifferences(snapshot, await reprise.snapshot(snapshot.stateId), outcome);
    await drive(system, reprise.close());
    return { outcome, differences };
  };
  return {
    input,
    replay,
    async check(actor) {
      const { outcome, differences } = await replay(actor);
      if (differences.length === 0) return;
      const list = differences.map((difference) => `- ${difference}`).join("\n");
      throw new Error(`run ${snapshot.stateId} is not what was recorded:\n${list}`, outcome.status === "failed" ? { cause: outcome.error } : {});
    },
  };
}

function check(options: RecordedRunOptions): void {
  checkKnown(options, optionNames, owner);
  if (typeof options.open !== "function") invalidOption("open", "a function that gives a fresh, empty state backend, such as () => memoryBackend()", options.open, owner);
  if (options.reprise !== undefined) checkReprise(options.reprise, ["backend", "system"], owner);
}

/** The call that the run began with. */
function rootOf(snapshot: Partial<StateSnapshot> | undefined): CallSnapshot {
  const { stateId, calls, createdAt }: Partial<StateSnapshot> = snapshot ?? {};
  if (typeof stateId !== "string" || typeof calls?.find !== "function" || typeof createdAt !== "number") invalidOption("snapshot", "the snapshot of a run, as reprise.snapshot(stateId) gives it", snapshot, owner);
  const root = calls.find(({ parent, type }) => parent === undefined && ["agent_call", "tool_call", "llm_call"].includes(type));
  if (root === undefined) throw new RepriseError("INVALID_OPTION", `${owner}: the snapshot of run ${stateId} has no call that the run began with`, { path: "snapshot", stateId });
  return root;
}

function drive<Result>(system: VirtualSystem, work: Promise<Result>): Promise<Result> {
  return driveVirtually(system, work, advice);
}

/** A run under the recorded id that knows the values of its leaves, and has not begun. */
async function writePinned(backend: StateBackend, { stateId, calls, createdAt }: StateSnapshot, system: VirtualSystem): Promise<void> {
  // Made by the library itself: what a first record looks like is not known here.
  await drive(system, (async () => (await createReprise({ backend, system }).create({ stateId })).close())());
  const [first] = await recordsOf(backend, stateId);
  await backend.remove(stateId, { force: true });
  const leaves = calls.filter(({ type, status }) => (type === "tool_call" || type === "llm_call") && status === "completed");
  const pins = leaves.map((call) => [call.address, "value" in call ? call.value : { $u: 0 }]);
  const writer = await backend.acquire(stateId, { owner: "recordedRun", create: "must" });
  await writer.append([new TextEncoder().encode(JSON.stringify({ ...first, ...(pins.length > 0 && { pins }) }))], { expect: 0, header: { createdAt, updatedAt: createdAt } });
  await writer.release();
}

async function recordsOf(backend: StateBackend, stateId: string): Promise<object[]> {
  const records: object[] = [];
  for await (const batch of backend.read(stateId)) for (const { bytes } of batch) records.push(JSON.parse(new TextDecoder().decode(bytes)) as object);
  return records;
}

interface Replay {
  readonly snapshot: StateSnapshot;
  readonly input: unknown;
  readonly system: VirtualSystem;
}

async function finish(reprise: Reprise, actor: Actor<unknown, unknown>, { snapshot, input, system }: Replay): Promise<ExecutionOutcome<unknown>> {
  const answers = new Map(snapshot.calls.filter(({ type, status }) => type === "wait_call" && status === "completed").map((call) => [call.address, call]));
  for (let turn = 0; turn < mostTurns; turn += 1) {
    const outcome = await reprise.execute(actor, input, { stateId: snapshot.stateId });
    if (outcome.status !== "awaiting") return outcome;
    const answered = outcome.pending.flatMap(({ address }) => answers.get(address) ?? []);
    for (const call of answered) await reprise.answer(snapshot.stateId, call.address, valueOf(call, "value"), { answerId: call.address });
    if (answered.length > 0) continue;
    if (outcome.wakeAt === undefined) return outcome;
    const delayMs = outcome.wakeAt - system.now();
    await new Promise<void>((resolve) => void system.setTimer(delayMs, resolve));
  }
  throw new Error(`recordedRun: the run was resumed ${mostTurns} times, and has not ended`);
}

function valueOf(call: CallSnapshot, field: "input" | "value"): unknown {
  return field in call ? codec.decode(call[field]) : undefined;
}
