import { checkActor } from "../actors/check.ts";
import { checkStateId } from "../backends/check-state-id.ts";
import { invalid } from "../errors/invalid.ts";
import { ReplayMode } from "../journal/replay-mode.ts";
import type { EventFeed } from "../events/event-stream.ts";
import { isRepriseError, RepriseError } from "../errors/reprise-error.ts";
import { FollowedRuns, type FollowOptions } from "./followed-runs.ts";
import { inspectionOf } from "./inspection.ts";
import { maintenanceOf } from "./maintenance.ts";
import { deleteRun } from "./delete-run.ts";
import { tellClosed } from "./close-listeners.ts";
import { interruptingOf } from "./interrupting.ts";
import { checkBeginOptions } from "./open-options.ts";
import { Openings } from "./openings.ts";
import { openRun, type OpenRequest } from "./open-run.ts";
import { uninterrupted } from "./uninterrupted.ts";
import { ReuseTally } from "../engine/reuse-tally.ts";
import { ExecutionInterruptedError } from "../errors/interrupt-errors.ts";
import type { ExecutionOutcome, OpenOptions, Reprise, RepriseOptions } from "./reprise.ts";
import { forkRun } from "./fork-run.ts";
import { checkRewind, planRewind, rewindRun } from "./rewind-run.ts";
import type { RunState } from "./run-state.ts";
import { checkedQuery } from "./run-query.ts";
import { resolveSettings } from "./settings.ts";
import { untilIdle } from "./until-idle.ts";
import { transferOf } from "../transfer/transfer.ts";
import { checkPoint } from "../timeline/timeline-point.ts";
import { waitingOf } from "./waiting.ts";
import { wakeRuns } from "./wake.ts";
import { withReuse } from "./with-reuse.ts";

/**
 * The entry to everything: where runs live, how they are retried, who watches them. Throws `INVALID_OPTION` and
 * `UNSUPPORTED` at once, never in the middle of a run.
 *
 * @example
 * ```ts
 * import { agent, createReprise, tool } from "@reprise/core";
 *
 * const double = tool({ name: "double", run: (value: number) => value * 2 });
 * const twice = agent({ name: "twice", run: async (value: number, context) => context.run(double, await context.run(double, value)) });
 *
 * const reprise = createReprise();
 * const outcome = await reprise.execute(twice, 10);
 * if (outcome.status === "completed") console.log(outcome.value); // 40
 * ```
 */
export function createReprise(options: RepriseOptions = {}): Reprise {
  const settings = resolveSettings(options);
  const { backend, system } = settings;
  /** The latest handle of each run, and all that are open. */
  const runs = new Map<string, RunState>();
  const handles = new Set<RunState>();
  const openings = new Openings(system);
  const followed = new FollowedRuns(settings, (stateId) => runs.get(stateId));

  /** Takes a run from an idle handle of this process; gives how much of `waitMs` is left for other processes. */
  const letGo = async (stateId: string, { waitMs = 0, signal }: Pick<OpenOptions, "waitMs" | "signal"> = {}): Promise<number> => {
    const deadline = system.now() + waitMs;
    await untilIdle(stateId, () => runs.get(stateId), { system, deadline, signal });
    return Math.max(0, deadline - system.now());
  };

  /** S3: a load takes over the lease of an idle handle of this process; one with open calls keeps it. */
  const open = uninterrupted(async (request) => {
    const held = async (waitMs: number): Promise<RunState> => {
      const opened = await openRun(settings, request, await letGo(request.stateId, { ...request.options, waitMs }));
      runs.set(request.stateId, opened);
      return opened;
    };
    // A validation takes no lease: whoever holds the run may go on with it.
    const state = request.options.mode === ReplayMode.VALIDATION ? await openRun(settings, request, 0) : await openings.next(request.stateId, request.options, held);
    followed.opened(state);
    handles.add(state);
    state.onClosed = () => {
      handles.delete(state);
      followed.closed(state);
      if (runs.get(request.stateId) === state) runs.delete(request.stateId);
    };
    return state;
  }, options);

  const resume: Reprise["resume"] = async (actor, stateId, openOptions = {}) => {
    checkActor(actor);
    return executed(open, { ...existing(stateId, openOptions), toExecute: true }, (state) => state.execute(actor, undefined));
  };

  const reprise: Reprise = {
    ...inspectionOf(settings),
    ...maintenanceOf(settings, letGo),
    ...waitingOf(settings),
    events: (stateId: string, followOptions: FollowOptions = {}) => followed.events(stateId, followOptions) as EventFeed,
    async execute(actor, ...[input, executeOptions = {}]) {
      checkActor(actor);
      checkBeginOptions(executeOptions);
      const { stateId = system.newId(), metadata, ...rest } = executeOptions;
      return executed(open, { stateId: checkStateId(stateId), create: "may", metadata, options: rest, toExecute: true }, (state) => state.execute(actor, { given: input }));
    },
    resume,
    ...interruptingOf(settings, { handles, holderOf: (stateId) => runs.get(stateId), load: (stateId) => open(existing(stateId, { waitMs: settings.graceMs })) }),
    wake: async (actors, wakeOptions = {}) => wakeRuns(settings, actors, wakeOptions, resume),
    async create(createOptions = {}) {
      checkBeginOptions(createOptions);
      const { stateId = system.newId(), metadata, ...rest } = createOptions;
      checkNew(rest);
      return open({ stateId: checkStateId(stateId), create: "must", metadata, options: rest, toExecute: false });
    },
    load: async (stateId, openOptions = {}) => open(existing(stateId, openOptions)),
    async rewind(stateId, point, rewindOptions = {}) {
      checkStateId(stateId);
      const checked = checkRewind(point, rewindOptions);
      const waitMs = await letGo(stateId, rewindOptions);
      return rewindRun(settings, stateId, checked, { ...rewindOptions, waitMs });
    },
    fork: async (stateId, forkOptions = {}) => forkRun(settings, checkStateId(stateId), forkOptions),
    plan: async (stateId, point) => planRewind(settings, checkStateId(stateId), checkPoint(point)),
    list: async (query) => backend.list(checkedQuery(query)),
    head: async (stateId) => backend.head(checkStateId(stateId)),
    ...transferOf(settings, { letGo, end: (stateId, error) => runs.get(stateId)?.end(error) }),
    async delete(stateId) {
      await letGo(checkStateId(stateId));
      await deleteRun(settings, stateId);
      runs.get(stateId)?.end(new RepriseError("NOT_FOUND", `run ${stateId} was deleted`, { stateId }));
    },
    async close() {
      tellClosed(reprise);
      followed.close();
      await closeAll(handles, [backend, options.artifacts]);
    },
  };
  return reprise;
}

/** Closes runs and then what they are kept in; throws what kept one from being stored. */
async function closeAll(handles: ReadonlySet<RunState>, stores: readonly ({ close(): Promise<void> } | undefined)[]): Promise<void> {
  const closed = await Promise.allSettled([...handles].map((state) => state.close()));
  // One after the other: a state backend may keep what it is given in artifacts of its own.
  for (const store of stores) closed.push(...(await Promise.allSettled([store?.close()])));
  for (const result of closed) if (result.status === "rejected") throw result.reason;
}

/** Opens a run and runs it to its end. Aborted before it was open, nothing was begun (rule I2). */
async function executed<Output>(open: (request: OpenRequest) => Promise<RunState>, request: OpenRequest, run: (state: RunState) => Promise<ExecutionOutcome<Output>>): Promise<ExecutionOutcome<Output>> {
  let state: RunState;
  try {
    state = await open(request);
  } catch (error) {
    if (!(error instanceof ExecutionInterruptedError)) throw error;
    return withReuse({ status: "interrupted", stateId: request.stateId, signal: error.signal }, new ReuseTally().summary());
  }
  return finished(state, run);
}

/** Runs to the end and closes. An outcome that could not be stored is none. */
async function finished<Output>(state: RunState, run: (state: RunState) => Promise<ExecutionOutcome<Output>>): Promise<ExecutionOutcome<Output>> {
  let outcome: ExecutionOutcome<Output>;
  try {
    outcome = await run(state);
  } catch (error) {
    await state.close();
    throw error;
  }
  try {
    await state.close();
  } catch (error) {
    if (isRepriseError(error, "VALIDATION_MISMATCH")) throw error;
    return withReuse({ status: "failed", stateId: state.stateId, error: error as Error }, outcome.reuse);
  }
  return outcome;
}

function checkNew(options: OpenOptions): void {
  for (const option of ["resumeFrom", "mode", "aliases"] as const) {
    if (options[option] !== undefined) invalid(option, "left out: a new run has nothing to go on from", options[option]);
  }
}

function existing(stateId: string, options: OpenOptions): OpenRequest {
  return { stateId: checkStateId(stateId), create: "never", metadata: undefined, options, toExecute: false };
}
