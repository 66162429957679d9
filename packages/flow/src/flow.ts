import { agent, type Actor, type Reprise } from "@reprise/core";
import { Conductor } from "./conductor/conductor.ts";
import type { JobResult } from "./conductor/job-result.ts";
import { ProgressBoard } from "./conductor/progress.ts";
import { compileFlow, hashText, type CompiledFlow } from "./definition/compiled-flow.ts";
import type { FlowPlan } from "./definition/flow-plan.ts";
import type { EntryInput, JobOutputs, RoutineTypes } from "./definition/flow-types.ts";
import type { Ends } from "./ends/end-types.ts";
import { describeFlow, fingerprintText } from "./json/describe-flow.ts";
import { serializeFlow, type SerializedFlow } from "./json/serialize-flow.ts";
import type { JobState } from "./job/job-state.ts";
import { jobsOf, type Jobs } from "./job/jobs.ts";
import { toMermaid } from "./to-mermaid.ts";

/** A definition: routines joined by connections. Immutable; it knows nothing of any job. */
export interface Flow<Routines extends RoutineTypes = RoutineTypes, Entry extends Ends = Ends> {
  readonly id: string;
  readonly version: string | undefined;
  /** Of all that the definition says, except what functions do: 32 hexadecimal digits. A job of another hash is not resumed. */
  readonly hash: string;
  /** Ids, in the order in which they were added. */
  readonly routines: readonly string[];
  /** What a job runs: one agent, for `reprise.execute`, `resume` and `wake` like any other. */
  readonly agent: Actor<EntryInput<Entry>, JobResult<JobOutputs<Routines>>>;
  /** The jobs of this flow on a Reprise. */
  on(reprise: Reprise): Jobs<EntryInput<Entry>, JobOutputs<Routines>>;
  /** The definition as JSON: `loadFlow` makes the flow of it again. Throws `INVALID_DEFINITION` for a function without a name. */
  serialize(): SerializedFlow;
  /** The graph as a Mermaid flowchart; with the state of a job its routines are coloured by what became of them, and show their counts. */
  toMermaid(job?: Pick<JobState, "routines">): string;
}

/** The flow of a plan. Throws `INVALID_DEFINITION`. */
export function flowOf<Routines extends RoutineTypes, Entry extends Ends>(plan: FlowPlan): Flow<Routines, Entry> {
  const compiled = compileFlow(plan);
  const hash = hashText(fingerprintText(describeFlow(plan)));
  const flow: Flow = {
    id: plan.id,
    version: plan.version,
    hash,
    routines: Object.freeze([...plan.routines.keys()]),
    agent: agentOf(compiled, hash, () => new ProgressBoard()),
    on: (reprise) => jobsOf({ reprise, compiled, hash, agentWith: (board) => agentOf(compiled, hash, () => board) }),
    serialize: () => serializeFlow(plan, hash),
    toMermaid: (job) => toMermaid(plan, job),
  };
  return Object.freeze(flow) as unknown as Flow<Routines, Entry>;
}

/** The one agent that a job is (design F: no second mechanism). Its handler's text is the same for every flow; the version tells them apart. */
function agentOf(compiled: CompiledFlow, hash: string, board: () => ProgressBoard): Actor<unknown, JobResult> {
  return agent({
    name: compiled.plan.id,
    version: hash,
    onVersionChange: compiled.plan.onDefinitionChange,
    retry: false,
    run: (input: unknown, context) => new Conductor(compiled, context, board()).run(input),
  });
}
