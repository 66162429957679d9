import { checkActor } from "../actors/check.ts";
import { checkStateId } from "../backends/check-state-id.ts";
import { checkObject } from "../errors/invalid.ts";
import { checkOpenOptions } from "./open-options.ts";
import { LeaseHeldError } from "../errors/storage-errors.ts";
import { checkMetadata } from "./metadata.ts";
import { openRun, type OpenRequest } from "./open-run.ts";
import type { OpenOptions, Reprise, RepriseOptions } from "./reprise.ts";
import type { RunState } from "./run-state.ts";
import { resolveSettings } from "./settings.ts";

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
  const runs = new Map<string, RunState>();

  /** S3: a load takes over the lease of an idle handle of this process; one with open calls keeps it. */
  const open = async (request: OpenRequest): Promise<RunState> => {
    checkOpenOptions(request.options);
    checkMetadata(request.metadata);
    const holder = runs.get(request.stateId);
    if (holder?.idle === false) throw new LeaseHeldError(request.stateId, { owner: `${system.owner} (this process)` });
    await holder?.rest();
    const state = await openRun(settings, request);
    runs.set(request.stateId, state);
    state.onClosed = () => {
      if (runs.get(request.stateId) === state) runs.delete(request.stateId);
    };
    return state;
  };

  return {
    async execute(actor, ...[input, executeOptions = {}]) {
      checkActor(actor);
      checkObject("options", executeOptions);
      const { stateId = system.newId(), metadata, ...rest } = executeOptions;
      const state = await open({ stateId: checkStateId(stateId), create: "may", metadata, options: rest });
      try {
        return await state.execute(actor, { given: input });
      } finally {
        await state.close();
      }
    },
    async resume(actor, stateId, openOptions = {}) {
      checkActor(actor);
      const state = await open(existing(stateId, openOptions));
      try {
        return await state.execute(actor, undefined);
      } finally {
        await state.close();
      }
    },
    async create(createOptions = {}) {
      checkObject("options", createOptions);
      const { stateId = system.newId(), metadata, ...rest } = createOptions;
      return open({ stateId: checkStateId(stateId), create: "must", metadata, options: rest });
    },
    load: async (stateId, openOptions = {}) => open(existing(stateId, openOptions)),
    list: (query) => backend.list(query),
    head: (stateId) => backend.head(checkStateId(stateId)),
    async delete(stateId) {
      const state = await open(existing(stateId, {}));
      await state.close();
      const writer = await backend.acquire(stateId, { owner: system.owner, create: "never" });
      await backend.remove(stateId, { writer });
    },
    async close() {
      await Promise.all([...runs.values()].map((state) => state.close()));
      await backend.close();
    },
  };
}

function existing(stateId: string, options: OpenOptions): OpenRequest {
  return { stateId: checkStateId(stateId), create: "never", metadata: undefined, options };
}
