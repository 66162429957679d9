import { parseAddress } from "../address/address.ts";
import { checkStateId } from "../backends/check-state-id.ts";
import { tokenFrom } from "../history/wait-token.ts";
import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { checkObject, checkTexts, invalid } from "../errors/invalid.ts";
import { PointNotFoundError } from "../errors/timeline-errors.ts";
import { callsOf, type RunView } from "../history/fold.ts";
import { appendEnds } from "../journal/append-ends.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { recordContents } from "../journal/offload.ts";
import type { HeaderPatch } from "../ports/state-backend.ts";
import { refuseRepetition } from "../timeline/cut-record.ts";
import { foldVisible } from "../timeline/fold-visible.ts";
import { forkRecords } from "../timeline/fork-records.ts";
import { nearest } from "../timeline/nearest.ts";
import { planCut, type PlannedCut } from "../timeline/plan-cut.ts";
import { checkPoint, type TimelinePoint } from "../timeline/timeline-point.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import { checkMetadata, headerOf, mergedMetadata } from "./metadata.ts";
import { readRun } from "./read-run.ts";
import type { ForkOptions, ForkResult } from "./reprise.ts";
import { contentsOf } from "./run-contents.ts";
import type { RepriseSettings } from "./settings.ts";

/** Copies what a run shows up to a point into a new run; the original and its lease are not touched (rule R10). */
export async function forkRun(settings: RepriseSettings, parent: string, options: ForkOptions): Promise<ForkResult> {
  const { stateId } = checkFork(settings, options);
  return forkOf(settings, parent, await readRun(settings, parent), { ...options, stateId });
}

/** The same with records that were read already. */
export async function forkOf(settings: RepriseSettings, parent: string, records: readonly JournalRecord[], options: ForkOptions): Promise<ForkResult> {
  const { system, values } = settings;
  const { stateId, pins } = checkFork(settings, options);
  const planned = planFork(parent, records, options.at, pins);
  const allow = planned.plan.nonRepeatable.filter((address) => !pins.has(address));
  refuseRepetition(allow, options.allowRepeat ?? []);
  const metadata = { ...options.metadata, parentStateId: parent };
  const at = system.now();
  const fork = forkRecords(records, planned, { stateId, at, pins, allow, newToken: () => tokenFrom(system.newId()), meta: values.encode(metadata, "metadata").encoded });
  const { tags = [], ...header } = headerOf({ ...mergedMetadata(planned.view.metadata), ...metadata });
  await createRun(settings, stateId, fork, { ...header, tags, status: "paused", createdAt: at, updatedAt: at });
  return { stateId, lineage: { stateId: parent, seq: planned.plan.position }, plan: planned.plan };
}

/** Writes a run that begins with records. Should it be cut off, the run record tells that the others are missing. */
async function createRun(settings: RepriseSettings, stateId: string, records: readonly JournalRecord[], header: HeaderPatch): Promise<void> {
  const { backend, system, records: codec } = settings;
  const writer = await backend.acquire(stateId, { owner: system.owner, create: "must" });
  try {
    const contents = contentsOf(settings);
    const named = new Set<string>();
    const bytes = records.map((record) => codec.encode(record, recordContents(contents, named)));
    // G12: what a record names is stored before the record is.
    await Promise.all([...named].flatMap((id) => contents.pending(id) ?? []));
    let from = 0;
    for (const end of appendEnds(bytes, bytes.map(() => 1))) {
      await writer.append(bytes.slice(from, end), { expect: from, ...(end === bytes.length && { header }) });
      from = end;
    }
  } finally {
    await writer.release();
  }
}

/** The plan of a fork. By default it is made at the end, or just before the first start of what is pinned. */
function planFork(stateId: string, records: readonly JournalRecord[], at: TimelinePoint | undefined, pins: ReadonlyMap<string, EncodedValue>): PlannedCut {
  const present = foldVisible(stateId, records);
  checkPinned(present, records, pins);
  const planned = planCut(stateId, records, at ?? pointOf(present, records, pins));
  for (const node of callsOf(planned.view)) {
    if (pins.has(node.address)) invalid(`pin[${JSON.stringify(node.address)}]`, `the address of a call that has not begun at the point (position ${planned.plan.position})`, node.state);
  }
  return planned;
}

/** An address that no timeline has would be one that nobody ever calls. */
function checkPinned(present: RunView, records: readonly JournalRecord[], pins: ReadonlyMap<string, EncodedValue>): void {
  const known = new Set(records.flatMap((record) => (record.k === "started" ? [record.a] : [])));
  for (const address of pins.keys()) {
    if (!known.has(address)) throw new PointNotFoundError(present.stateId, `has no call ${address} to pin`, { address, nearest: nearest(address, known) });
  }
}

function pointOf(present: RunView, records: readonly JournalRecord[], pins: ReadonlyMap<string, EncodedValue>): TimelinePoint {
  const pinned = callsOf(present).filter((node) => pins.has(node.address));
  const [first] = pinned.toSorted((one, other) => one.begun - other.begun);
  return first === undefined ? { position: records.length } : { address: first.address };
}

/** Throws `INVALID_OPTION`; gives the id of the new run. */
export function checkFork({ system, values }: RepriseSettings, options: ForkOptions): { readonly stateId: string; readonly pins: ReadonlyMap<string, EncodedValue> } {
  checkKnown(options, { at: true, stateId: true, pin: true, metadata: true, allowRepeat: true } satisfies OptionNames<ForkOptions>);
  const { at, stateId = system.newId(), pin = {}, metadata, allowRepeat } = options;
  if (at !== undefined) checkPoint(at, "at");
  checkTexts("allowRepeat", allowRepeat);
  checkMetadata(metadata);
  if (metadata?.parentStateId !== undefined) invalid("metadata.parentStateId", "left out: a fork knows what it was made from", metadata.parentStateId);
  checkObject("pin", pin);
  const pins = Object.entries(pin).map(([address, value]): [string, EncodedValue] => {
    const place = `pin[${JSON.stringify(address)}]`;
    const { type } = parseAddress(address);
    if (type !== "tool_call" && type !== "llm_call" && type !== "agent_call") invalid(place, "the address of a tool, an llm or an agent", address);
    return [address, values.encode(value, place).encoded];
  });
  return { stateId: checkStateId(stateId), pins: new Map(pins) };
}
