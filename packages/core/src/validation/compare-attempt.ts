import type { AttemptOutcome, Call } from "../engine/call.ts";
import { decodeFailure } from "../engine/failure.ts";
import { groupError, GroupFailure } from "../engine/group-outcome.ts";
import { prepare, type Prepared } from "../engine/outcome.ts";
import { restored } from "../engine/schema.ts";
import type { StorageView } from "../engine/storage-view.ts";
import { ActorFailedError } from "../errors/call-errors.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { showValue } from "../errors/show-value.ts";
import type { RecordedValue } from "../history/call-node.ts";
import { decodeValue } from "../history/decode-node.ts";
import { valueDifferences, type ValueDifference } from "../values/value-difference.ts";
import { compareOutcomes, compareWrites, same, treeOf, type Comparison, type Outcome } from "./compare-outcomes.ts";
import { recordedOutcome, type Validation } from "./validation.ts";

/** How an attempt ended, with its value as it would be recorded and as its caller would get it. */
type Ended = Prepared | { readonly error: unknown };

/** Compares how an attempt ended with how its call is recorded to have ended, and writes down what it finds. */
export async function compareAttempt(call: Call, validation: Validation, outcome: AttemptOutcome, storage: StorageView): Promise<void> {
  const { node, engine } = call;
  const ended = await prepared(call, outcome);
  const current: Outcome = "error" in ended ? { error: engine.values.errorRecord(ended.error) } : { value: treeOf(valueOf(call, ended), validation.currentTree) };
  const recorded = recordedOutcome(node);
  const found = await judge(call, recorded as Outcome, current, ended);
  const differences = [...inputDifferences(call), ...found.differences, ...writeDifferences(call, current, storage)];
  const status = found.status === "same" && differences.length > 0 ? "value" : found.status;
  validation.add(node, { status, differences, recorded, current, versionChanged: call.versionChanged }, current);
  if (!validation.live) return;
  call.current = "error" in ended ? { error: await errorFor(call, validation, ended.error) } : { value: ended.live, writes: storage.writes() ?? [] };
}

async function prepared(call: Call, outcome: AttemptOutcome): Promise<Ended> {
  if ("error" in outcome) return outcome;
  try {
    return await prepare(call, outcome.value);
  } catch (error) {
    // What cannot be recorded, or what the schema refuses, would have been recorded as a failure.
    return { error };
  }
}

function valueOf({ engine }: Call, { fields }: Prepared): RecordedValue {
  const nodes = (ids: readonly number[]): RecordedValue & { kind: "list" } => ({ kind: "list", nodes: ids.flatMap((id) => engine.view.calls.get(id) ?? []) });
  if (fields.vb !== undefined) return nodes(fields.vb);
  const [of] = fields.vc === undefined ? [] : nodes([fields.vc]).nodes;
  return of === undefined ? { kind: "own", value: fields.v } : { kind: "of", node: of };
}

async function judge(call: Call, recorded: Outcome, current: Outcome, ended: Ended): Promise<Comparison> {
  const { spec, node } = call;
  const { determinism, compare } = spec.actor ?? {};
  if (determinism === "non_deterministic" && "value" in current) return same;
  if (compare === undefined || "error" in ended || !("value" in recorded)) return compareOutcomes(recorded, current);
  const equal: unknown = compare((await restored(spec, decodeValue(node.value), node.address)) as never, ended.live as never);
  if (typeof equal !== "boolean") throw new RepriseError("INVALID_DEFINITION", `"${spec.name}": compare must give true or false, got ${showValue(equal)}`, { path: "compare", address: node.address });
  if (equal) return same;
  const found = compareOutcomes(recorded, current);
  return found.status === "same" ? { status: "value", differences: [] } : found;
}

function inputDifferences({ inputChanged, node, request }: Call): ValueDifference[] {
  return inputChanged ? valueDifferences(node.input, request.input, { root: "input" }) : [];
}

// The writes of a failed attempt are dropped: they are not recorded.
function writeDifferences({ node, spec }: Call, current: Outcome, storage: StorageView): ValueDifference[] {
  if (!("value" in current) || node.state !== "completed" || spec.actor?.determinism === "non_deterministic") return [];
  return compareWrites(node.writes, storage.writes() ?? []);
}

/** What the caller is given of a failure, as `release` makes it of a recorded one. */
function errorFor(call: Call, validation: Validation, error: unknown): Error | Promise<Error> {
  const { node, engine } = call;
  if (error instanceof GroupFailure) return groupError(call, engine.values, { branches: error.branches, currentOf: (branch) => validation.currentOf(branch) });
  const cause = decodeFailure(engine.values.errorRecord(error), engine.values);
  return node.type === "branch" ? cause : new ActorFailedError(node.address, node.attempt, cause);
}
