import type { JobState } from "@reprise/flow";
import type { TallyEntry } from "./flow-tally.ts";

/** What is known of a job that went from host A to host B. */
export interface FlowFacts {
  /** What the handlers noted of themselves, outside of Reprise. */
  readonly tally: readonly TallyEntry[];
  readonly state: JobState;
  /** When the retry was due that A had left, in ms since the epoch. */
  readonly dueAt: number;
}

/** One thing that must be so. */
export interface Check {
  readonly what: string;
  readonly expected: string;
  readonly actual: string;
  readonly ok: boolean;
}

/** Whether the job went as it must: with the last attempt failing, or, in the counter-case, attempt 4 succeeding. */
export function checkRun({ tally, state, dueAt }: FlowFacts, succeedsAt: 4 | null): readonly Check[] {
  const attempts = (host: string, routine: string): string => tally.filter((entry) => entry.host === host && entry.routine === routine).map(({ attempt }) => attempt).join(", ") || "none";
  const failed = state.history.filter(({ event, routine }) => event === "failed" && routine === "failing");
  const delays = state.history.filter(({ event }) => event === "retrying").map(({ at, dueAt: next = at }) => next - at);
  const third = tally.find(({ routine, attempt }) => routine === "failing" && attempt === 3);
  const failing = state.routines["failing"];
  const [last, retries] = succeedsAt === null ? ["3, 4, 5", 4] : ["3, 4", 3];
  const check = (what: string, expected: unknown, actual: unknown): Check => ({ what, expected: String(expected), actual: String(actual), ok: String(expected) === String(actual) });
  return [
    check("attempts of failing on host A", "1, 2", attempts("A", "failing")),
    check("attempts of failing on host B", last, attempts("B", "failing")),
    check("runs of long_running on A and B", "1 and none", `${attempts("A", "long_running")} and ${attempts("B", "long_running")}`),
    check("runs of success on A and B", succeedsAt === null ? "none and none" : "none and 1", `${attempts("A", "success")} and ${attempts("B", "success")}`),
    check("attempt 3 waited until it was due", "yes", third !== undefined && third.at >= dueAt ? "yes" : `no: ${third === undefined ? "there was none" : `${dueAt - third.at} ms too early`}`),
    check("delays between attempts, in ms", [300, 450, 675, 1012.5].slice(0, retries).join(", "), delays.join(", ")),
    check("failed attempts in the history", succeedsAt === null ? 5 : 3, failed.length),
    check("retry count", `${retries}/4`, `${failing?.retries ?? 0}/4`),
    check("status of failing", succeedsAt === null ? "failed" : "completed", failing?.status),
    check("status of success", succeedsAt === null ? "pending" : "completed", state.routines["success"]?.status),
    check("status of the job", succeedsAt === null ? "failed" : "completed", state.status),
  ];
}
