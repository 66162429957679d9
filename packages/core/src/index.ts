// For people who write pipelines. Backends, subscribers and policies are written with "@reprise/core/spi".

// Actors
export { agent, llm, tool } from "./actors/define.ts";
export type { Actor, ActorSettings, AgentDefinition, LeafDefinition } from "./actors/actor.ts";
export type {
  AgentContext,
  CallArguments,
  CallContext,
  CallOptions,
  LeafContext,
  SleepOptions,
  WaitOptions,
  Storage,
  TryResult,
  Verbs,
} from "./actors/context.ts";
export type { BranchOutcome, Group, GroupOptions, MapOptions, MapWork, ParallelOutcome, ParallelResults, ParallelTask, ParallelTasks, StreamedOutcome } from "./actors/groups.ts";
export type { ArtifactReference, Artifacts } from "./actors/artifacts.ts";
export type { CallPolicy, OnInputChange, OnUnknownOutcome, OnVersionChange, RetriedType, RetrySetting, RetrySettings, RunRetryOptions } from "./actors/call-policy.ts";

// Runs
export { createReprise } from "./runs/create-reprise.ts";
export { secret } from "./values/secret.ts";
export type { Redact } from "./events/redactor.ts";
export type { Encryption } from "./journal/encryption.ts";
export type { SecretResolver } from "./engine/engine-options.ts";
export type { AutoCheckpointOptions } from "./engine/auto-checkpoint.ts";
export type { CreateOptions, ExecuteOptions, ExecutionOutcome, ForkOptions, ForkResult, OpenOptions, OutcomeFacts, Reprise, RepriseOptions, RewindOptions, RunDurability } from "./runs/reprise.ts";
export type { CheckpointOptions, ExecutionState, StateMetadata } from "./runs/execution-state.ts";
export type { ArtifactBackend, ByteRange, StoredArtifact } from "./ports/artifact-backend.ts";
export type { RunQuery } from "./runs/run-query.ts";
export type { ListPage, StateBackend, StateHead } from "./ports/state-backend.ts";
export type { Lineage } from "./history/fold.ts";
export type { TimelinePlan } from "./timeline/plan-cut.ts";
export type { TimelinePoint } from "./timeline/timeline-point.ts";

// Interruption
export { InterruptReason } from "./events/interrupt-signal.ts";
export { interruptOnSignals } from "./runs/interrupt-on-signals.ts";
export type { EndSignal, InterruptOnSignalsOptions, InterruptTarget } from "./runs/interrupt-on-signals.ts";
export type { Interrupting } from "./runs/interrupting.ts";
export type { InterruptChecker, InterruptOptions, InterruptSignal } from "./events/interrupt-signal.ts";

// Replay
export { ReplayMode } from "./journal/replay-mode.ts";
export type { ReuseSummary } from "./engine/reuse-tally.ts";
export type { SessionFacts } from "./runs/session-facts.ts";
export { ValidationMismatchError } from "./validation/validation-mismatch-error.ts";
export type { ValidatedOutcome, ValidationEntry, ValidationReport, ValidationStatus, ValidationSummary } from "./validation/validation-report.ts";

// History and events
export { EventType, ExecutionStatus, StateStatus } from "./events/event-type.ts";
export { statisticsOf } from "./statistics/statistics-of.ts";
export type { CallSummary, History } from "./history/history.ts";
export type { CallSnapshot, CheckpointSummary, StateSnapshot } from "./snapshots/state-snapshot.ts";
export type { ExportOptions, HandOffOptions } from "./transfer/export-run.ts";
export type { ImportedRun, ImportOptions } from "./transfer/import-run.ts";
export { diffSnapshots } from "./snapshots/diff-snapshots.ts";
export { diffToText } from "./snapshots/diff-to-text.ts";
export type { ArtifactDifference, CallDifference, EntryDifference, StateDiff, StatePosition } from "./snapshots/state-diff.ts";
export type { ValueDifference } from "./values/value-difference.ts";
export type { DiffSide, Inspection } from "./runs/inspection.ts";
export type { CompactOptions, CompactReport } from "./runs/compact-run.ts";
export type { CollectOptions, CollectReport } from "./runs/collect-artifacts.ts";
export type { Maintenance } from "./runs/maintenance.ts";
export type { SalvageOptions, SalvageResult } from "./runs/salvage-run.ts";
export type { VerifyFinding, VerifyReport } from "./runs/verify-run.ts";
export type { AnswerOptions, Waiting } from "./runs/waiting.ts";
export type { PendingWait } from "./history/pending-wait.ts";
export type { WakeActors, WakeOptions, WokenRun } from "./runs/wake.ts";
export type { CallQuery, EventQuery, HistoryQuery } from "./history/history-query.ts";
export type { CallTally } from "./statistics/call-tally.ts";
export type { CountedCall, HistoryStatistics, StatisticsOptions } from "./statistics/statistics-of.ts";
export type { CheckpointNotice, ExecutionEvent, GroupNotice, InterruptNotice, LogNotice, RecoveredNotice, StreamItem, TimelineCut, Topic, Topics } from "./events/execution-event.ts";
export type { EventFeed, StreamOptions } from "./events/event-stream.ts";
export type { FollowOptions, Following } from "./runs/followed-runs.ts";

// Errors
export { isRepriseError, RepriseError } from "./errors/reprise-error.ts";
export { ActorFailedError, CancelledError, GroupFailedError, GroupTimeoutError, InputRejectedError, SchemaRejectedError, ScopeClosedError, TimeoutError } from "./errors/call-errors.ts";
export { ExecutionInterruptedError, ExecutionPausedError } from "./errors/interrupt-errors.ts";
export { AmbiguousAnswerError, ExecutionAwaitingError, SuspendedError } from "./errors/wait-errors.ts";
export { AmbiguousReplayError, InputChangedError, NotRepeatableError, OutcomeUnknownError, VersionChangedError } from "./errors/replay-errors.ts";
export { CorruptError, FencedError, LeaseHeldError } from "./errors/storage-errors.ts";
export { PointNotFoundError, PointNotReachedError } from "./errors/timeline-errors.ts";
export { SealedError } from "./errors/transfer-errors.ts";
export { NotDecodableError } from "./values/not-decodable-error.ts";
export { NotEncodableError } from "./values/not-encodable-error.ts";
export type { ErrorCode, RetryAdvice } from "./errors/codes.ts";
export type { RepriseErrorDetails } from "./errors/reprise-error.ts";

// Values
export { createCodec } from "./values/codec.ts";
export type { CodecOptions, Encoding, ValueCodec, ValueExtension, ValueLimits } from "./values/codec.ts";
export type { EncodedValue } from "./values/encoded-value.ts";
