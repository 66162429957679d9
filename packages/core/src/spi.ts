// For people who write backends, subscribers and retry policies. Pipelines are written with "@reprise/core".

// Errors
export { RepriseError, isRepriseError } from "./errors/reprise-error.ts";
export { CorruptError, FencedError, LeaseHeldError } from "./errors/storage-errors.ts";
export type { RepriseErrorDetails } from "./errors/reprise-error.ts";
export type { ErrorCode, RetryAdvice } from "./errors/codes.ts";

// What every package asks of its options, so that all refuse alike
export { checkKnown } from "./errors/check-known.ts";
export { checkOneOf, invalid as invalidOption } from "./errors/invalid.ts";
export type { OptionNames } from "./errors/check-known.ts";

// The clock, randomness and timers
export { defaultSystem } from "./system.ts";
export type { System } from "./system.ts";

// Backends
export type {
  AcquireOptions,
  AppendOptions,
  BackendCapabilities,
  Durability,
  HeaderPatch,
  LeaseState,
  ListPage,
  ListQuery,
  Message,
  StateBackend,
  StateHead,
  StateHeader,
  StateWriter,
  StoredRecord,
} from "./ports/state-backend.ts";

// Artifact backends
export type { ArtifactBackend, ByteRange, CollectedArtifacts, StoredArtifact } from "./ports/artifact-backend.ts";

// What every backend needs, so that all of them refuse, list and describe runs alike
export { checkArtifactId } from "./backends/check-artifact-id.ts";
export { checkByteRange, contentChunks } from "./backends/content-chunks.ts";
export { checkDropped } from "./backends/check-dropped.ts";
export { checkHeaderPatch } from "./backends/check-header-patch.ts";
export { checkGrace } from "./backends/check-grace.ts";
export { checkStateId } from "./backends/check-state-id.ts";
export { checkMessageFits, checkMessageId } from "./backends/check-message.ts";
export { listPage } from "./backends/list-page.ts";
export { newHeader, patchHeader } from "./backends/header.ts";
export { sleep } from "./backends/sleep.ts";
export type { Listed } from "./backends/list-page.ts";

// Listing runs without a Reprise
export { checkedQuery } from "./runs/run-query.ts";
export { everyPage } from "./backends/every-page.ts";
export type { RunQuery } from "./runs/run-query.ts";

// Whoever is asked to answer a wait by its token
export { isToken as isWaitToken } from "./history/wait-token.ts";

// Subscribers
export { EventType, ExecutionStatus, StateStatus } from "./events/event-type.ts";
export { InterruptReason } from "./events/interrupt-signal.ts";
export type { InterruptSignal } from "./events/interrupt-signal.ts";
export type { RunFeed, Subscriber } from "./ports/subscriber.ts";
export type {
  CheckpointNotice,
  ExecutionEvent,
  GroupNotice,
  InterruptNotice,
  LogNotice,
  RecoveredNotice,
  StreamItem,
  TimelineCut,
  Topic,
  Topics,
} from "./events/execution-event.ts";

// What is written down of events and values, so that all who write them write alike
export { eventFacts } from "./events/event-facts.ts";
export { issueRule } from "./errors/issue-text.ts";
export { timeText } from "./errors/time-text.ts";
export { plainValue } from "./values/plain-value.ts";
export { shownSecret } from "./values/secret.ts";
export { isThenable } from "./values/is-thenable.ts";
export { isWellFormed } from "./values/well-formed.ts";
export type { EventFacts } from "./events/event-facts.ts";

// What code that keeps values between its calls copies them by
export { codecOf } from "./values/codec-of.ts";

// What is counted of calls, so that all who watch count alike
export { factsAfter, noFacts } from "./statistics/call-facts.ts";
export { tallyOf } from "./statistics/call-tally.ts";
export type { CallFacts } from "./statistics/call-facts.ts";
export type { CallTally } from "./statistics/call-tally.ts";

// Retry policies
export type { FailureRecord, PlainData, RetryDecision, RetryPolicy, RetryProvider } from "./ports/retry.ts";
export type { ErrorRecord } from "./values/error-record.ts";
