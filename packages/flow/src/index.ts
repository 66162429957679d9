// Definitions
export { agentRoutine, routine } from "./routine/define-routine.ts";
export { defineFlow } from "./definition/define-flow.ts";
export { OnIncomplete, slot } from "./ends/slot.ts";
export { output } from "./ends/output.ts";
export { criticalRoutine, errorHandler, ErrorStrategy, optionalRoutine } from "./error-handler.ts";
export { named } from "./json/named.ts";
export type { AddArguments, AddOptions, FlowBuilder, PipeOptions } from "./definition/define-flow.ts";
export type { FlowOptions } from "./definition/extend-plan.ts";
export type { CarriedBy, ConnectionArguments, ConnectionOptions, EntryInput, JobOutputs, OutputReference, RoutineTypes, SlotReference, TakenBy } from "./definition/flow-types.ts";
export type { DeliveredBy, DeliveredTo, EmittedTo, Ends, EndsOf, Given, GivenBy, None, OutputDeclaration, OutputDeclarations, SlotDeclaration, SlotDeclarations } from "./ends/end-types.ts";
export type { Output } from "./ends/output.ts";
export type { CountOptions, PlainSlot, Slot, SlotMode } from "./ends/slot.ts";
export type { ErrorHandler, ErrorHandlerOptions } from "./error-handler.ts";
export type { Flow } from "./flow.ts";
export type { AgentRoutineDefinition, Returned, Routine, RoutineDefinition, RoutineOf, RoutineSettings } from "./routine/routine.ts";
export type { AgentRoutineContext, Emitter, RoutineContext } from "./routine/routine-context.ts";

// Routines that people expect
export { aggregator } from "./routines/aggregator.ts";
export { batcher } from "./routines/batcher.ts";
export { debouncer } from "./routines/debouncer.ts";
export { filter } from "./routines/filter.ts";
export { mapper } from "./routines/mapper.ts";
export { router } from "./routines/router.ts";
export { splitter } from "./routines/splitter.ts";
export type { AggregatorOptions } from "./routines/aggregator.ts";
export type { BatcherOptions } from "./routines/batcher.ts";
export type { DebouncerOptions } from "./routines/debouncer.ts";
export type { FilterOptions } from "./routines/filter.ts";
export type { LibraryOptions } from "./routines/library-options.ts";
export type { MapperOptions } from "./routines/mapper.ts";
export type { RouterOptions } from "./routines/router.ts";
export type { SplitterOptions } from "./routines/splitter.ts";

// Jobs
export type { JobResult } from "./conductor/job-result.ts";
export type { JobProgress, RoutineProgress } from "./conductor/progress.ts";
export { JobStatus } from "./job/job-state.ts";
export type { ActivationState, JobError, JobEvent, JobState, RoutineState } from "./job/job-state.ts";
export type { Job, JobOutcome } from "./job/job.ts";
export type { WaitUntilOptions } from "./job/wait-until.ts";
export type { JobFile } from "./job/job-file.ts";
export type { ImportedJob, ImportJobOptions, Jobs, StartOptions } from "./job/jobs.ts";

// As JSON
export { flowRegistry } from "./json/flow-registry.ts";
export { loadFlow } from "./json/load-flow.ts";
export type { FlowRegistry, RegistryOptions } from "./json/flow-registry.ts";
export type { DescribedConnection, DescribedRoutine, FlowDescription } from "./json/describe-flow.ts";
export type { Json } from "./json/plain-json.ts";
export type { SerializedFlow } from "./json/serialize-flow.ts";
