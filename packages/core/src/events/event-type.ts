/** The kinds of call a run can record; the last part of an address (`fetch::tool_call`). */
export const EventType = {
  AGENT_CALL: "agent_call",
  TOOL_CALL: "tool_call",
  LLM_CALL: "llm_call",
  /** One use of `map`: owns its branches. */
  GROUP: "group",
  /** One position of a group: the scope of what runs for that item. */
  BRANCH: "branch",
  /** One use of `waitFor`: open until somebody answers, or its time is up. */
  WAIT_CALL: "wait_call",
  SLEEP_CALL: "sleep_call",
} as const;
/** The kind of a call: `EventType.TOOL_CALL` and `"tool_call"` are the same. */
export type EventType = (typeof EventType)[keyof typeof EventType];

/** What happened to a call, as one event says it. */
export const ExecutionStatus = {
  STARTED: "started",
  /** A wait or a sleep: it goes on when it is answered, or due. */
  AWAITING: "awaiting",
  /** An answer was refused by the schema of the wait, which goes on. */
  REJECTED: "rejected",
  COMPLETED: "completed",
  FAILED: "failed",
  /** A failed attempt will be followed by another one at `dueAt`. */
  RETRYING: "retrying",
  CANCELLED: "cancelled",
  /** The call was open when the run was interrupted; it goes on when the run is resumed. */
  INTERRUPTED: "interrupted",
} as const;
/** The status an event reports. */
export type ExecutionStatus = (typeof ExecutionStatus)[keyof typeof ExecutionStatus];

/** The status of a whole run. */
export const StateStatus = {
  RUNNING: "running",
  PAUSED: "paused",
  AWAITING: "awaiting",
  INTERRUPTED: "interrupted",
  COMPLETED: "completed",
  FAILED: "failed",
} as const;
/** The status of a run: `running` until a checkpoint says otherwise. */
export type StateStatus = (typeof StateStatus)[keyof typeof StateStatus];
