import { checkObject, invalid } from "../errors/invalid.ts";
import { deepFrozen } from "../history/deep-frozen.ts";
import type { ErrorRecord } from "../values/error-record.ts";
import { errorDifferences, treeDifferences, type ValueDifference } from "../values/value-difference.ts";
import type { ArtifactDifference, CallDifference, EntryDifference, StateDiff } from "./state-diff.ts";
import type { CallSnapshot, StateSnapshot } from "./state-snapshot.ts";

/**
 * What has changed from one snapshot to another, of one run or of two. Pure: snapshots that were stored as JSON do, too.
 * Throws `INVALID_OPTION` for anything that is no snapshot.
 *
 * @example
 * ```ts
 * import { createReprise, diffSnapshots, tool } from "@reprise/core";
 *
 * const double = tool({ name: "double", run: (value: number) => value * 2 });
 * const state = await createReprise().create();
 * const before = state.snapshot();
 * await state.run(double, 21);
 * console.log(diffSnapshots(before, state.snapshot()).newCalls[0]?.value); // 42
 * ```
 */
export function diffSnapshots(a: StateSnapshot, b: StateSnapshot): StateDiff {
  checkSnapshot("a", a);
  checkSnapshot("b", b);
  try {
    return deepFrozen(diffOf(a, b));
  } catch (cause) {
    // Only values that no codec has written are walked in vain.
    invalid("a and b", `snapshots with values as they are recorded (${String(cause)})`, b);
  }
}

function diffOf(a: StateSnapshot, b: StateSnapshot): StateDiff {
  const [callsOfA, callsOfB] = [byAddress(a.calls), byAddress(b.calls)];
  const newCalls = [...callsOfB].filter(([place]) => !callsOfA.has(place)).map(([, call]) => call);
  const removedCalls = [...callsOfA].filter(([place]) => !callsOfB.has(place)).map(([, call]) => call);
  const changedCalls = sorted([...callsOfA].flatMap(([place, before]) => changedCall(place, before, callsOfB.get(place)))).map(({ changed }) => changed);
  const changedStorage = changedEntries(a.storage, b.storage);
  const changedMetadata = changedEntries(a.metadata, b.metadata);
  const lists = { newCalls, removedCalls, changedCalls, changedStorage, ...artifactDifferences(a.artifacts, b.artifacts), changedMetadata };
  return {
    a: { stateId: a.stateId, seq: a.seq },
    b: { stateId: b.stateId, seq: b.seq },
    equal: a.status === b.status && Object.values(lists).every((list) => list.length === 0),
    ...(a.status !== b.status && { status: { before: a.status, after: b.status } }),
    ...lists,
  };
}

/** Calls by address; where a parent began anew and made a call again, the first, the second, … */
function byAddress(calls: readonly CallSnapshot[]): ReadonlyMap<string, CallSnapshot> {
  const uses = new Map<string, number>();
  return new Map(
    calls.map((call) => {
      const use = (uses.get(call.address) ?? 0) + 1;
      uses.set(call.address, use);
      return [use === 1 ? call.address : `${call.address} ${use}`, call];
    }),
  );
}

function changedCall(key: string, before: CallSnapshot, after: CallSnapshot | undefined): { readonly key: string; readonly changed: CallDifference }[] {
  if (after === undefined) return [];
  const differences = [
    ...field("status", before, after),
    ...field("attempts", before, after),
    ...field("version", before, after),
    ...field("reason", before, after),
    ...field("input", before, after),
    ...field("value", before, after),
    ...field("error", before, after),
  ];
  return differences.length === 0 ? [] : [{ key, changed: { address: before.address, before, after, differences } }];
}

type Field = "status" | "attempts" | "version" | "reason" | "input" | "value" | "error";

function field(path: Field, { [path]: before }: CallSnapshot, { [path]: after }: CallSnapshot): readonly ValueDifference[] {
  if (before === undefined) return after === undefined ? [] : [{ path, kind: "added", after }];
  if (after === undefined) return [{ path, kind: "removed", before }];
  return path === "error" ? errorDifferences(before as ErrorRecord, after as ErrorRecord) : treeDifferences(before, after, { root: path });
}

function changedEntries(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): EntryDifference[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return sorted(
    [...keys].flatMap((key): EntryDifference[] => {
      if (!Object.hasOwn(before, key)) return [{ key, after: after[key], differences: [{ path: "value", kind: "added", after: after[key] }] }];
      if (!Object.hasOwn(after, key)) return [{ key, before: before[key], differences: [{ path: "value", kind: "removed", before: before[key] }] }];
      const differences = treeDifferences(before[key], after[key]);
      return differences.length === 0 ? [] : [{ key, before: before[key], after: after[key], differences }];
    }),
  );
}

type References = StateSnapshot["artifacts"];

function artifactDifferences(a: References, b: References): Pick<StateDiff, "newArtifacts" | "removedArtifacts" | "changedArtifacts"> {
  const [before, after] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  const all = names.map((name): ArtifactDifference => {
    const [one, other] = [before.get(name), after.get(name)];
    return { name, ...(one && { before: one }), ...(other && { after: other }) };
  });
  return {
    newArtifacts: all.filter((difference) => !difference.before),
    removedArtifacts: all.filter((difference) => !difference.after),
    changedArtifacts: all.filter(({ before: one, after: other }) => one && other && (one.id !== other.id || one.kind !== other.kind)),
  };
}

function sorted<Item extends { readonly key: string }>(items: readonly Item[]): Item[] {
  return items.toSorted((one, other) => (one.key < other.key ? -1 : 1));
}

/** Throws `INVALID_OPTION` unless the value has what a snapshot is compared by. */
export function checkSnapshot(option: string, snapshot: StateSnapshot): void {
  checkObject(option, snapshot);
  const { stateId, calls, storage, artifacts, metadata } = snapshot;
  if (typeof stateId !== "string") invalid(`${option}.stateId`, "the id of a run", stateId);
  if (!Array.isArray(calls)) invalid(`${option}.calls`, "a list of calls", calls);
  for (const [index, call] of (calls as readonly (Partial<CallSnapshot> | null)[]).entries()) if (typeof call?.address !== "string") invalid(`${option}.calls[${index}]`, "a call with its address", call);
  checkObject(`${option}.storage`, storage);
  checkObject(`${option}.artifacts`, artifacts);
  checkObject(`${option}.metadata`, metadata);
}
