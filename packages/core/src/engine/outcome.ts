import type { RetryPolicy } from "../ports/retry.ts";
import type { CancelledRecord, CompletedRecord, FailedRecord, JournalRecord } from "../journal/journal-record.ts";
import type { CallNode } from "../history/call-node.ts";
import type { Call } from "./call.ts";
import { backOff } from "./backoff.ts";
import { endOfRun } from "./end-of-run.ts";
import { throughOf } from "./failure.ts";
import { BranchValues, ChildValue, GroupFailure } from "./group-outcome.ts";
import { reasonText } from "./reason-text.ts";
import { release } from "./release.ts";
import { decideRetry } from "./retry-decision.ts";
import { validated } from "./schema.ts";
import type { StorageView } from "./storage-view.ts";

/** What an ending attempt brings beside its value or error. */
export interface Ending {
  /** Its writes: recorded with the outcome if it completed, dropped if not (rule S1). */
  readonly storage: StorageView;
  /** Cancelled records of descendants, for the same append. */
  readonly before?: readonly CancelledRecord[];
}

/** What is recorded of a value, and what the caller gets where that is not decoded from the record. */
export interface Prepared {
  readonly fields: Pick<CompletedRecord, "v" | "vc" | "vb">;
  readonly live: unknown;
}

/**
 * An attempt ended with a value: records it, then releases it to the caller. While an asynchronous output schema is at work
 * the attempt goes on, and may be failed for the time it takes; the promise resolves when the schema has spoken.
 */
export function complete(call: Call, raw: unknown, ending: Ending): Promise<void> | undefined {
  let prepared: Prepared | Promise<Prepared>;
  try {
    prepared = prepare(call, raw);
  } catch (error) {
    fail(call, error, ending);
    return undefined;
  }
  if (!(prepared instanceof Promise)) {
    recordValue(call, prepared, ending);
    return undefined;
  }
  const attempt = call.node.opening;
  const unlessOver = (record: () => void): void => {
    if (call.state === "open" && call.node.state === "open" && call.node.opening === attempt) record();
    else call.engine.late(call);
  };
  return prepared.then(
    (settled) => unlessOver(() => recordValue(call, settled, ending)),
    (error: unknown) => unlessOver(() => fail(call, error, ending)),
  );
}

const noFields: Prepared["fields"] = {};

/** Encodes a value and applies the output schema. Throws where it cannot be recorded or the schema refuses it. */
export function prepare(call: Call, raw: unknown): Prepared | Promise<Prepared> {
  if (raw instanceof ChildValue) return { fields: { vc: raw.node.id }, live: raw.value };
  if (raw instanceof BranchValues) return { fields: { vb: raw.nodes.map((node) => node.id) }, live: raw.values };
  const { encoded, plain } = call.engine.values.encode(raw, "result");
  const fields = raw === undefined ? noFields : { v: encoded };
  const schema = call.spec.outputSchema;
  if (schema === undefined) return { fields, live: plain ? raw : encoded.decode() };
  const live = validated(schema, encoded.decode(), call.node.address, "output");
  return live instanceof Promise ? live.then((value: unknown) => ({ fields, live: value })) : { fields, live };
}

function recordValue(call: Call, prepared: Prepared, ending: Ending): void {
  const { engine, node, scope } = call;
  if (call.state !== "open") return engine.late(call);
  const writes = ending.storage.writes();
  call.live = { value: prepared.live };
  const outcome: CompletedRecord = { k: "completed", at: engine.now(), c: node.id, ...prepared.fields };
  // Field by field: spreading what is mostly absent costs more than the record.
  const record: { -readonly [Field in keyof CompletedRecord]: CompletedRecord[Field] } = outcome;
  const { ver, fp } = versionOf(call);
  if (ver !== undefined) record.ver = ver;
  if (fp !== undefined) record.fp = fp;
  if (writes !== undefined) record.w = writes;
  if (call.pinned) record.pin = 1;
  if (writes && !engine.rules.joinAtRelease) scope.storage.join(writes);
  recordEnd(call, ending.before === undefined ? [record] : [...ending.before, record]);
}

/** An attempt ended with an error: records it and either plans the next attempt or releases the failure. */
export function fail(call: Call, error: unknown, ending?: Ending): void {
  const { engine, node } = call;
  if (call.state !== "open") return engine.late(call);
  const record = failedRecord(call, error);
  const plan = decideRetry(call, record);
  const before = ending?.before ?? [];
  if (plan === undefined) return recordEnd(call, [...before, record]);
  const { delayMs, policy, config } = plan;
  const now = engine.now();
  engine.append(
    [...before, record, { k: "retrying", at: now, c: node.id, due: now + delayMs, delay: delayMs, ...limitOf(policy), cfg: config }],
    "outcome",
    () => {
      if (call.state === "open") backOff(call);
    },
  );
}

// JSON has no Infinity: a policy without a limit says none.
function limitOf({ maxAttempts }: RetryPolicy): { readonly max?: number } {
  return Number.isFinite(maxAttempts) ? { max: maxAttempts } : {};
}

/** The call fails without another attempt, whatever its retry policy. */
export function failForGood(call: Call, error: Error): void {
  recordEnd(call, [failedRecord(call, error)]);
}

/** The call is ended from outside before it had an outcome. */
export function cancel(call: Call, reason: Error, before: readonly CancelledRecord[] = []): void {
  const { engine, node } = call;
  // What an interruption ends is not cancelled: it goes on when the run is resumed (rule I2).
  if (call.state !== "open" || call.outcomeRecorded || engine.interruption.signal !== undefined) return;
  recordEnd(call, [...before, { k: "cancelled", at: engine.now(), c: node.id, why: reasonText(engine, reason) }]);
}

function failedRecord(call: Call, error: unknown): FailedRecord {
  const { engine, node, spec } = call;
  const through = spec.code ? throughOf(node, error, engine.origins) : [];
  // Asked of groups only: what others throw may be a proxy that cannot even be asked for its class.
  const branches = spec.type === "group" ? branchesAtEnd(call, error) : undefined;
  for (const branch of branches ?? []) if (branch?.state === "failed") through.push(branch.id);
  return {
    k: "failed",
    at: engine.now(),
    c: node.id,
    e: engine.values.errorRecord(error),
    ...versionOf(call),
    ...(through.length > 0 && { through: [...new Set(through)] }),
    ...(branches && { b: branches.map((branch) => branch?.id ?? null) }),
  };
}

/** Of a group that failed, or that ran out of time, be it in an earlier process. */
function branchesAtEnd({ node, spec, branches }: Call, error: unknown): readonly (CallNode | undefined)[] | undefined {
  if (error instanceof GroupFailure) return error.branches;
  return node.expired === undefined ? undefined : (branches ?? (() => spec.branchesOf?.(node) ?? []))();
}

const sameVersion: { readonly ver?: string | null; readonly fp?: string } = {};

/** Begun by the code of yesterday, ended by that of today: the outcome belongs to the latter (rule R8). */
function versionOf({ node, spec }: Call): { readonly ver?: string | null; readonly fp?: string } {
  const task = spec.type === "branch" ? spec.tasks?.[0] : undefined;
  if (task !== undefined) return task.fingerprint === node.fingerprint ? sameVersion : { fp: task.fingerprint };
  return spec.actor === undefined || spec.actor.version === node.version ? sameVersion : { ver: spec.actor.version ?? null };
}

/**
 * Appends the records that end a call; once they are acknowledged it is released. With `recorded`, which then forgets where the
 * outcome came from, they are acknowledged when they cannot be lost any more, whatever the run's durability.
 */
export function recordEnd(call: Call, records: readonly JournalRecord[], recorded?: () => void): void {
  const { engine } = call;
  const last = records.at(-1);
  const unreached = call.request.root === true && last?.k === "completed" ? engine.unreached() : undefined;
  // Like a refusal: nothing is recorded, and code that reaches the point can resume the run.
  if (unreached !== undefined) return engine.stop(unreached);
  const rest = call.request.root === true && last ? endOfRun(call, last) : undefined;
  const acknowledged = (): void => {
    release(call);
    recorded?.();
  };
  engine.append(rest ? [...records, rest.record] : records, recorded === undefined ? "outcome" : "firm", acknowledged, rest?.header);
}
