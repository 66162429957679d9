// Actors to test with
export { addOne, multiplyByTwo } from "./fixtures/arithmetic.ts";
export { counter } from "./fixtures/counter.ts";
export { flaky } from "./fixtures/flaky.ts";
export { slow } from "./fixtures/slow.ts";
export type { Counter, CounterOptions } from "./fixtures/counter.ts";
export type { FlakyOptions } from "./fixtures/flaky.ts";
export type { SlowOptions } from "./fixtures/slow.ts";

// Pipelines as a whole
export { everyCrashPoint } from "./every-crash-point.ts";
export { recordedRun } from "./recorded-run.ts";
export type { CrashPointReprise, EveryCrashPointOptions } from "./crash-point-options.ts";
export type { CrashPointReport } from "./every-crash-point.ts";
export type { RecordedRun, RecordedRunOptions, RecordedRunReport } from "./recorded-run.ts";

// Time and chance
export { seededRandom } from "./seeded-random.ts";
export { virtualSystem } from "./virtual-system.ts";
export type { VirtualSystem, VirtualSystemOptions } from "./virtual-system.ts";

// Watching
export { recordingSubscriber } from "./recording-subscriber.ts";
export type { Recording, RecordingSubscriber } from "./recording-subscriber.ts";

// Crashes and faults
export { crash } from "./crash.ts";
export { delegateWriter } from "./delegate-writer.ts";
export { crashableBackend } from "./crashable-backend.ts";
export { faultyBackend } from "./faulty-backend.ts";
export type { CrashableBackend } from "./crashable-backend.ts";
export type { FaultPlan, FaultyBackend } from "./faulty-backend.ts";
export type { Fault, Faults, FaultStrike, FaultyOperation } from "./fault.ts";
