import { EventType, type ExecutionStatus, type History, type StateSnapshot } from "@reprise/core";
import type { ErrorRecord } from "@reprise/core/spi";
import type { FlowPlan } from "../definition/flow-plan.ts";
import { goesOn } from "../error-handler.ts";
import type { Json } from "../json/plain-json.ts";

/** Version of the format of serialised jobs. */
export const jobFormat = 1;

/** Where a job stands, counted from what it has recorded (rule F6). */
export const JobStatus = {
  /** Some process is at it, or was when it died. */
  RUNNING: "running",
  PAUSED: "paused",
  /** By a deadline or a checker: it goes on when it is resumed. */
  INTERRUPTED: "interrupted",
  AWAITING: "awaiting",
  CANCELLED: "cancelled",
  COMPLETED: "completed",
  FAILED: "failed",
} as const;
/** `JobStatus.PAUSED` and `"paused"` are the same. */
export type JobStatus = (typeof JobStatus)[keyof typeof JobStatus];

/** An error as a job's state shows it. */
export interface JobError {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
}

/** One activation of a job. */
export interface ActivationState {
  readonly routine: string;
  readonly address: string;
  readonly status: "running" | "retrying" | "completed" | "failed" | "cancelled";
  /** How many attempts have begun. */
  readonly attempts: number;
  /** How many retries were scheduled. */
  readonly retries: number;
  /** While a retry is due: when, in ms since the epoch. */
  readonly dueAt?: number;
  /** What its slots have come to, as it is recorded: the value itself where there is one slot that takes each delivery by itself, else an object by slot. */
  readonly input?: Json;
  /** What it emitted, as it is recorded: values, with several outputs each behind the name of its output. */
  readonly emitted?: Json;
  readonly error?: JobError;
}

/** One routine of a job. */
export interface RoutineState {
  /** `pending`: nothing was delivered to it so far. A failure that the job went on without is `error_continued` or `skipped`. */
  readonly status: "pending" | "running" | "completed" | "failed" | "error_continued" | "skipped" | "cancelled";
  readonly activations: number;
  readonly attempts: number;
  readonly retries: number;
  readonly error?: JobError;
}

/** One thing that happened to an activation. */
export interface JobEvent {
  /** Position in the journal. */
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly routine: string;
  readonly address: string;
  readonly event: string;
  readonly attempt: number;
  readonly dueAt?: number;
  readonly error?: JobError;
}

/** A job as plain JSON: what has become of it, up to one record. The definition is serialised apart. */
export interface JobState {
  readonly format: typeof jobFormat;
  readonly jobId: string;
  readonly flow: { readonly id: string; readonly hash: string };
  readonly status: JobStatus;
  /** Seq of the last record in it. */
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly routines: { readonly [id: string]: RoutineState };
  readonly activations: readonly ActivationState[];
  readonly history: readonly JobEvent[];
}

/** What routines are called as. A job's own sleeps stand beside their calls, and a routine may be called "sleep". */
const activationTypes: ReadonlySet<string> = new Set([EventType.TOOL_CALL, EventType.LLM_CALL, EventType.AGENT_CALL]);

/** Makes the state of a job of what is recorded of its run. */
export function jobStateOf(plan: FlowPlan, hash: string, snapshot: StateSnapshot, history: History, status: JobStatus): JobState {
  const root = snapshot.calls.find((call) => call.parent === undefined && call.name === plan.id);
  const calls = snapshot.calls.filter((call) => call.parent === root?.call && activationTypes.has(call.type) && plan.routines.has(call.name));
  const own = new Set(calls.map(({ call }) => call));
  const events = history.events().filter(({ call, seq }) => own.has(call) && seq <= snapshot.seq);
  const retries = new Map<number, number>();
  for (const event of events) if (event.status === "retrying") retries.set(event.call, (retries.get(event.call) ?? 0) + 1);
  const activations = calls.map(
    (call): ActivationState => ({
      routine: call.name,
      address: call.address,
      status: activationStatus(call.status),
      attempts: call.attempts,
      retries: retries.get(call.call) ?? 0,
      ...(call.dueAt !== undefined && { dueAt: call.dueAt }),
      ...(call.input !== undefined && { input: call.input as Json }),
      ...(call.value !== undefined && { emitted: call.value as Json }),
      ...(call.error !== undefined && { error: errorOf(call.error) }),
    }),
  );
  return {
    format: jobFormat,
    jobId: snapshot.stateId,
    flow: { id: plan.id, hash: root?.version ?? hash },
    status,
    seq: snapshot.seq,
    createdAt: snapshot.createdAt,
    updatedAt: snapshot.updatedAt,
    routines: Object.fromEntries([...plan.routines].map(([id, { handler }]) => [id, routineState(activations.filter(({ routine }) => routine === id), goesOn(handler))])),
    activations,
    history: events.map((event) => ({
      seq: event.seq,
      at: event.at,
      routine: event.name,
      address: event.address,
      event: event.status,
      attempt: event.attempt,
      ...(event.dueAt !== undefined && { dueAt: event.dueAt }),
      ...(event.status === "failed" && event.error && { error: errorOf(event.error) }),
    })),
  };
}

/** Whatever else an open call is said to be, its activation has not ended. */
function activationStatus(status: ExecutionStatus): ActivationState["status"] {
  return status === "completed" || status === "failed" || status === "cancelled" || status === "retrying" ? status : "running";
}

function routineState(activations: readonly ActivationState[], failureMeans: ReturnType<typeof goesOn>): RoutineState {
  const error = activations.findLast((activation) => activation.error !== undefined)?.error;
  const sum = (of: "attempts" | "retries"): number => activations.reduce((total, activation) => total + activation[of], 0);
  return { status: routineStatus(activations, failureMeans), activations: activations.length, attempts: sum("attempts"), retries: sum("retries"), ...(error && { error }) };
}

function routineStatus(activations: readonly ActivationState[], failureMeans: ReturnType<typeof goesOn>): RoutineState["status"] {
  const has = (...statuses: readonly ActivationState["status"][]): boolean => activations.some(({ status }) => statuses.includes(status));
  if (activations.length === 0) return "pending";
  if (has("failed") && failureMeans === undefined) return "failed";
  if (has("running", "retrying")) return "running";
  if (has("cancelled")) return "cancelled";
  if (!has("failed")) return "completed";
  return failureMeans === "skipped" ? "skipped" : "error_continued";
}

function errorOf({ name, message, code }: ErrorRecord): JobError {
  return { name, message, ...((typeof code === "string" || typeof code === "number") && { code }) };
}
