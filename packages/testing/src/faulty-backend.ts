import { checkKnown, invalidOption, type OptionNames, type StateBackend, type StateWriter, type System } from "@reprise/core/spi";
import { checkFaults } from "./check-faults.ts";
import { crashableBackend, type CrashableBackend } from "./crashable-backend.ts";
import type { Faults, FaultStrike, FaultyOperation } from "./fault.ts";
import { Faulter } from "./faulter.ts";
import { faultyArtifacts } from "./faulty-artifacts.ts";
import { faultyWriter } from "./faulty-writer.ts";

/** What goes wrong, and when. */
export interface FaultPlan {
  /** Default: nothing. */
  readonly faults?: Faults;
  /** Told of each fault when it strikes, before it does anything. */
  readonly onFault?: (strike: FaultStrike) => void;
  /** The timers of `delay`. Default: those of the runtime. */
  readonly system?: Pick<System, "setTimer">;
}

const planNames: OptionNames<FaultPlan> = { faults: true, onFault: true, system: true };

/** A backend that fails by plan. */
export interface FaultyBackend extends CrashableBackend {
  /** How often each operation was asked for so far, what came after a crash not counted. Absent: never. */
  readonly counts: Readonly<Partial<Record<FaultyOperation, number>>>;
}

/**
 * Wraps a backend so that the n-th call of an operation fails, is late, loses its answer or kills the process.
 * As the contract asks, a writer whose append or sync failed once acknowledges nothing more (G8): its `signal` is aborted, and only
 * a new `acquire` continues. To break everything once, run without faults, and then once for each of `counts`. Throws `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { memoryBackend } from "@reprise/backend-memory";
 * import { agent, createReprise } from "@reprise/core";
 * import { addOne, faultyBackend } from "@reprise/testing";
 *
 * const pipeline = agent({ name: "pipeline", run: async (input: number, context) => context.run(addOne, await context.run(addOne, input)) });
 * const disk = faultyBackend(memoryBackend(), { faults: { append: { 3: { kind: "tear", done: true } } } });
 * const outcome = await createReprise({ backend: disk }).execute(pipeline, 1, { stateId: "run-1" });
 * console.log(outcome.status); // failed
 * // It goes on where it was.
 * console.log((await createReprise({ backend: disk }).resume(pipeline, "run-1")).status); // completed
 * ```
 */
export function faultyBackend(backend: StateBackend, plan: FaultPlan = {}): FaultyBackend {
  checkKnown(plan, planNames, "faultyBackend");
  const { faults = {}, onFault = () => undefined, system } = plan;
  if (typeof onFault !== "function") invalidOption("onFault", "a function", onFault, "faultyBackend");
  checkFaults(faults);
  const process = crashableBackend(backend);
  const faulter = new Faulter({ faults, onFault, setTimer: system?.setTimer.bind(system) ?? realTimer, crash: () => void process.crash() });
  const innerOf = new WeakMap<StateWriter, StateWriter>();
  return {
    ...process,
    get counts() {
      return faulter.counts;
    },
    ...(backend.artifacts && { artifacts: faultyArtifacts(backend.artifacts, faulter) }),
    async acquire(stateId, options) {
      const inner = await faulter.run("acquire", () => process.acquire(stateId, options), (lost) => lost.release());
      const writer = faultyWriter(inner, faulter);
      innerOf.set(writer, inner);
      return writer;
    },
    read: (stateId, options) => faulter.stream("read", () => process.read(stateId, options)),
    head: (stateId) => faulter.run("head", () => process.head(stateId)),
    list: (query) => faulter.run("list", () => process.list(query)),
    post: (stateId, messageId, bytes) => {
      // The caller may change them as soon as this returns.
      const given = bytes.slice();
      return faulter.run("post", () => process.post(stateId, messageId, given));
    },
    remove: (stateId, authority) => {
      const inner = "writer" in authority ? innerOf.get(authority.writer) : undefined;
      return faulter.run("remove", () => process.remove(stateId, inner ? { writer: inner } : authority));
    },
  };
}

function realTimer(delayMs: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
