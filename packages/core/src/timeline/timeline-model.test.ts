// Timelines against a naive model: for every position of a journal the set of records it shows, kept as the journal grows.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { CallNode } from "../history/call-node.ts";
import { callsOf, type RunView } from "../history/fold.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { createCodec } from "../values/codec.ts";
import { cutRecord } from "./cut-record.ts";
import { foldRanges, foldVisible } from "./fold-visible.ts";
import { forkRecords } from "./fork-records.ts";
import { planCut } from "./plan-cut.ts";
import { seqsIn, timelineAt } from "./ranges.ts";

const stateId = "run-1";

/** What a step of a random history does; numbers choose among what is possible then. */
type Step =
  | { readonly kind: "start"; readonly leaf: boolean; readonly parent: number }
  | { readonly kind: "end"; readonly call: number; readonly how: "completed" | "failed" | "retrying" | "cancelled" }
  | { readonly kind: "restart"; readonly call: number }
  | { readonly kind: "write" }
  | { readonly kind: "cut"; readonly position: number };

const number = fc.nat({ max: 1_000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("start" as const), leaf: fc.boolean(), parent: number }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("end" as const), call: number, how: fc.constantFrom("completed" as const, "failed" as const, "retrying" as const, "cancelled" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("restart" as const), call: number }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("write" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cut" as const), position: number }) },
);

type CallState = "open" | "retrying" | "ended";

/** The naive model: plain sets, and every question answered by looking at every record. */
class Model {
  readonly records: JournalRecord[] = [{ k: "run", at: 0, v: 1, id: stateId }];
  /** By position: what the journal showed when it was that long. */
  readonly shown: ReadonlySet<number>[] = [new Set(), new Set([1])];

  get present(): ReadonlySet<number> {
    return this.shown.at(-1) ?? new Set();
  }

  append(...records: JournalRecord[]): void {
    for (const record of records) {
      this.records.push(record);
      this.shown.push(new Set([...this.present, this.records.length]));
    }
  }

  appendCut(record: JournalRecord, kept: ReadonlySet<number>): void {
    this.records.push(record);
    this.shown.push(new Set([...kept, this.records.length]));
  }

  ids(visible: ReadonlySet<number>): number[] {
    return [...visible].filter((seq) => {
      const record = this.records[seq - 1];
      return record?.k === "started" && record.c === undefined;
    });
  }

  isLeaf(call: number): boolean {
    const record = this.records[call - 1];
    return record?.k === "started" && record.a.endsWith("tool_call");
  }

  /** Its records in order, and what it has come to. */
  storyOf(call: number, visible: ReadonlySet<number>): { readonly seqs: number[]; readonly state: CallState } {
    const seqs: number[] = [];
    let state: CallState = "open";
    for (let seq = 1; seq <= this.records.length; seq += 1) {
      const record = this.records[seq - 1];
      if (record === undefined || !visible.has(seq) || (seq !== call && (!("c" in record) || record.c !== call))) continue;
      seqs.push(seq);
      if (record.k === "started" || record.k === "restarted") state = "open";
      else if (record.k === "retrying") state = "retrying";
      else state = "ended";
    }
    return { seqs, state };
  }

  /** What is left of a set of records where leaves that are open count as never started since they last ended. */
  withoutOpenLeaves(visible: ReadonlySet<number>): Set<number> {
    const kept = new Set(visible);
    for (const call of this.ids(visible)) {
      const { seqs, state } = this.storyOf(call, visible);
      if (!this.isLeaf(call) || state !== "open") continue;
      const lastEnd = seqs.findLastIndex((seq, index) => {
        const { k } = this.records[seq - 1] as JournalRecord;
        const next = seqs[index + 1];
        return k === "completed" || k === "cancelled" || (k === "failed" && (next === undefined || this.records[next - 1]?.k !== "retrying"));
      });
      // One that never ended keeps its first record, for its place.
      for (const seq of seqs.slice(Math.max(1, lastEnd + 1))) kept.delete(seq);
    }
    return kept;
  }

  /** The model's own idea of a position: never between a failed attempt and its retry. */
  whole(position: number): number {
    return this.records[position]?.k === "retrying" ? position + 1 : position;
  }
}

function take(model: Model, one: Step): void {
  const at = model.records.length;
  const calls = model.ids(model.present);
  const pick = (choice: number, candidates: readonly number[]): number | undefined => candidates[choice % Math.max(1, candidates.length)];
  const inState = (...states: CallState[]): number[] => calls.filter((call) => states.includes(model.storyOf(call, model.present).state));
  if (one.kind === "start") {
    const parent = pick(one.parent, [...inState("open").filter((call) => !model.isLeaf(call)), 0]);
    const name = `n${one.parent % 3}`;
    model.append({ k: "started", at, a: one.leaf ? `${name}::tool_call` : `${name}::agent_call`, ...(parent !== undefined && parent > 0 && { p: parent }) });
  } else if (one.kind === "end") {
    const call = pick(one.call, inState("open"));
    if (call === undefined) return;
    if (one.how === "completed") model.append({ k: "completed", at, c: call });
    else if (one.how === "cancelled") model.append({ k: "cancelled", at, c: call, why: "" });
    else if (one.how === "failed") model.append({ k: "failed", at, c: call, e: { name: "Error", message: "" } });
    else model.append({ k: "failed", at, c: call, e: { name: "Error", message: "" } }, { k: "retrying", at, c: call, due: at, delay: 0 });
  } else if (one.kind === "restart") {
    const call = pick(one.call, inState("open", "retrying", "ended"));
    if (call === undefined) return;
    const began = model.records[call - 1];
    const unstarted = foldVisible(stateId, model.records).calls.get(call)?.state === "unstarted";
    if (unstarted && began?.k === "started") model.append({ ...began, at, c: call });
    else model.append({ k: "restarted", at, c: call, n: 2 });
  } else if (one.kind === "write") {
    model.append({ k: "storage", at, w: [] });
  } else {
    const position = 1 + (one.position % model.records.length);
    const planned = planCut(stateId, model.records, { position });
    const whole = planned.plan.position;
    // Cancelled records before the end of a call around them belong to it; the model does not know of that.
    if (model.records[position - 1]?.k !== "cancelled") expect(whole).toBe(model.whole(position));
    const kept = model.withoutOpenLeaves(model.shown[whole] ?? new Set());
    expect([...seqsIn(planned.ranges, model.records.length)]).toEqual([...kept].toSorted((a, b) => a - b));
    model.appendCut(cutRecord(planned, { at, point: { position }, allowRepeat: undefined }), kept);
  }
}

test("R9: after any appends and cuts, every position shows what a naive model says, and no visible record names a hidden one", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const model = new Model();
      for (const one of steps) take(model, one);
      for (let position = 1; position <= model.records.length; position += 1) {
        const seqs = [...seqsIn(timelineAt(model.records, position), model.records.length)];
        expect(seqs).toEqual([...(model.shown[position] ?? [])].toSorted((a, b) => a - b));
        // Throws CORRUPT where a record names a call that is not there.
        foldVisible(stateId, model.records, position);
      }
      const view = foldVisible(stateId, model.records);
      expect(view).toEqual(foldRanges(stateId, model.records, timelineAt(model.records)));
      for (const call of model.ids(model.present)) {
        const { state } = model.storyOf(call, model.present);
        const node = view.calls.get(call);
        const known: CallState = node?.state === "unstarted" || node?.state === "open" ? "open" : node?.state === "retrying" ? "retrying" : "ended";
        expect(known).toBe(state);
      }
    }),
    { numRuns: 300 },
  );
});

test("R9: right after a cut no leaf is open, whatever came before", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), number, (steps, position) => {
      const model = new Model();
      for (const one of steps) take(model, one);
      take(model, { kind: "cut", position });
      const open = [...foldVisible(stateId, model.records).calls.values()].filter((node) => node.type === "tool_call" && node.state === "open");
      expect(open).toEqual([]);
    }),
  );
});

/** What a view says of its calls, without their seqs. */
function told(view: RunView): unknown {
  const place = new Map([...view.calls.values()].map((node, index) => [node, index]));
  const facts = (node: CallNode): unknown => [
    [place.get(node), node.address, node.state, node.attempt, node.failures, node.lost, node.endedParent, node.openingKind, node.budgetAt],
    node.parent && place.get(node.parent),
    node.children.map((child) => place.get(child)),
  ];
  return { calls: [...view.calls.values()].map(facts), top: view.top.map((node) => place.get(node)), unrecovered: view.unrecovered, root: view.root && place.get(view.root) };
}

test("R10: a fork shows what a rewind to the same point shows, under seqs of its own", () => {
  const meta = createCodec().encode({}, "metadata").encoded;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), number, (steps, choice) => {
      const model = new Model();
      for (const one of steps) take(model, one);
      const at = model.records.length;
      const point = { position: 1 + (choice % at) };
      const planned = planCut(stateId, model.records, point);
      const rewound = foldVisible(stateId, [...model.records, cutRecord(planned, { at, point, allowRepeat: undefined })]);
      const before = structuredClone(model.records);
      const records = forkRecords(model.records, planned, { stateId: "fork", at, pins: new Map(), meta, allow: [], newToken: () => "" });
      expect(model.records).toEqual(before);
      const fork = foldVisible("fork", records);
      expect(told(fork)).toEqual(told(rewound));
      expect(fork).toMatchObject({ status: "paused", stateId: "fork", lineage: { stateId, seq: planned.plan.position } });
      expect(records[0]).toMatchObject({ k: "run", parent: { n: records.length } });
      // Every position of the fork can be shown: no record names one that is not there.
      for (let position = 1; position <= records.length; position += 1) foldVisible("fork", records, position);
      expect(callsOf(fork).filter((node) => node.type === "tool_call" && node.state === "open")).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
