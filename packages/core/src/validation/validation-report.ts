import type { EventType } from "../events/event-type.ts";
import type { ErrorRecord } from "../values/error-record.ts";
import { harmless } from "../values/harmless.ts";
import { showTree } from "../values/show-tree.ts";
import type { ValueDifference } from "../values/value-difference.ts";

/**
 * What became of a call:
 * - `same`: executing it again gave what is recorded;
 * - `value`, `type`, `error`: another value, a value of another type, another error (or a value where an error was);
 * - `missing`: it is recorded, and the code did not ask for it;
 * - `extra`: the code asked for it, and it is not recorded;
 * - `served`: it was given from the record and not executed: it is not repeatable, it was cancelled, or a fork had pinned it.
 */
export type ValidationStatus = "same" | "value" | "type" | "error" | "missing" | "extra" | "served";

/** How a call ended: a value, an error, or not at all. Values are plain JSON, with tags for what JSON does not know. */
export type ValidatedOutcome = { readonly value: unknown } | { readonly error: ErrorRecord } | { readonly cancelled: string };

/** One call of a validated run. */
export interface ValidationEntry {
  readonly address: string;
  readonly type: EventType;
  /** Seq of its first record; of an extra call, one that is in no journal. */
  readonly call: number;
  readonly status: ValidationStatus;
  /** Where it differs: `value.items[3].name`, `error.message`, `input.topic`, `storage.get("count")`. */
  readonly differences: readonly ValueDifference[];
  /** Absent for extra calls. */
  readonly recorded?: ValidatedOutcome;
  /** Absent for missing and served calls. */
  readonly current?: ValidatedOutcome;
  /** The actor's version is not the recorded one. */
  readonly versionChanged: boolean;
}

/** What VALIDATION has found (rule R5). Plain data but for its functions. */
export interface ValidationReport {
  readonly stateId: string;
  /** In the order of the record; extra calls last. */
  readonly entries: readonly ValidationEntry[];
  readonly counts: { readonly [Status in ValidationStatus]: number };
  /** Every call is `same` or `served`. */
  readonly ok: boolean;
  /** 0 if it is ok, else 1: for `process.exitCode`. */
  readonly exitCode: 0 | 1;
  /** One line per call that is not the same, and a line of counts. */
  toText(): string;
  /** The report without its functions, as JSON knows it. */
  toJSON(): ValidationSummary;
}

/** A report as JSON. */
export type ValidationSummary = Omit<ValidationReport, "toText" | "toJSON">;

const statuses: readonly ValidationStatus[] = ["same", "value", "type", "error", "missing", "extra", "served"];

/** Makes a report of what was found of each call. */
export function validationReport(stateId: string, entries: readonly ValidationEntry[]): ValidationReport {
  const counts = Object.fromEntries(statuses.map((status) => [status, entries.filter((entry) => entry.status === status).length])) as ValidationReport["counts"];
  const ok = counts.same + counts.served === entries.length;
  const summary: ValidationSummary = { stateId, entries, counts, ok, exitCode: ok ? 0 : 1 };
  return Object.freeze({ ...summary, toText: () => textOf(summary), toJSON: () => summary });
}

function textOf({ stateId, entries, counts, ok }: ValidationSummary): string {
  const lines = entries.filter(({ status }) => status !== "same" && status !== "served").flatMap(linesOf);
  const told = statuses.filter((status) => counts[status] > 0).map((status) => `${counts[status]} ${status}`);
  return [`run ${stateId}: ${ok ? "as recorded" : "differs from its record"} (${told.join(", ") || "nothing to compare"})`, ...lines].join("\n");
}

function linesOf({ status, address, differences }: ValidationEntry): string[] {
  return [`${status} ${address}`, ...differences.map((difference) => `  ${difference.path}: ${changeOf(difference)}`)];
}

function changeOf({ kind, before, after }: ValueDifference): string {
  if (kind === "added") return `added ${short(after)}`;
  return kind === "removed" ? `removed ${short(before)}` : `${short(before)} -> ${short(after)}`;
}

const longest = 120;

function short(tree: unknown): string {
  const text = harmless(showTree(tree));
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
