import type { BranchOutcome } from "../actors/groups.ts";
import { CancelledError, GroupFailedError, GroupTimeoutError } from "../errors/call-errors.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import type { CallNode } from "../history/call-node.ts";
import { decodeValue } from "../history/decode-node.ts";
import type { ValueCodec } from "../values/codec.ts";
import type { ErrorRecord } from "../values/error-record.ts";
import type { Call, CallSpec } from "./call.ts";
import { decodeFailure } from "./failure.ts";
import { validated } from "./schema.ts";

/** The value of a branch that only passes on its one call's: recorded as a reference, not again. */
export class ChildValue {
  readonly node: CallNode;
  readonly value: unknown;

  constructor(node: CallNode, value: unknown) {
    this.node = node;
    this.value = value;
  }
}

/** The value of a group: recorded as references to its branches. */
export class BranchValues {
  readonly nodes: readonly CallNode[];
  readonly values: readonly unknown[];

  constructor(nodes: readonly CallNode[], values: readonly unknown[]) {
    this.nodes = nodes;
    this.values = values;
  }
}

/** What a group's code throws; recorded as references to its branches, given to callers as a `GroupFailedError`. */
export class GroupFailure extends RepriseError {
  override readonly name = "GroupFailedError";
  /** By position; undefined for one that never began. */
  readonly branches: readonly (CallNode | undefined)[];

  constructor(address: string, branches: readonly (CallNode | undefined)[]) {
    const failed = branches.filter((branch) => branch?.state === "failed");
    super("GROUP_FAILED", `${address}: ${failed.length} of ${branches.length} failed: ${failed[0]?.error?.message ?? "unknown"}`, { address });
    this.branches = branches;
  }
}

/** How the branches of a group ended, where that is not what is recorded (rule R5). */
export interface GroupEnds {
  readonly branches: readonly (CallNode | undefined)[];
  readonly currentOf: (branch: CallNode) => { readonly value: unknown } | { readonly error: ErrorRecord } | undefined;
}

/**
 * The error of a recorded group failure, with every outcome by position: the same live and on replay. A promise only if
 * the output schema is asynchronous. Throws `SchemaRejectedError` where a value no longer fits.
 */
export function groupError(call: Call, values: ValueCodec, instead?: GroupEnds): Error | Promise<Error> {
  const { node, spec } = call;
  const branches = instead?.branches ?? node.branches ?? [];
  const failed = (branch: CallNode | undefined): boolean => {
    const current = branch && instead?.currentOf(branch);
    return current === undefined ? branch?.state === "failed" : "error" in current;
  };
  const why = node.expired === undefined ? "another branch failed before it began" : "its group ran out of time before it began";
  const outcomes = branches.map((branch, position) =>
    branch === undefined ? { ok: false as const, error: new CancelledError(`${node.path}{${position}}`, why) } : outcomeOfBranch(spec, branch, values, instead?.currentOf(branch)),
  );
  const build = (settled: readonly BranchOutcome<unknown>[]): Error => {
    if (node.expired !== undefined) return new GroupTimeoutError(node.address, node.expired.limitMs, settled);
    const failures = settled.flatMap((outcome, position) => (!outcome.ok && failed(branches[position]) ? [outcome.error] : []));
    return new GroupFailedError(node.address, settled, failures);
  };
  return outcomes.some((outcome) => outcome instanceof Promise) ? Promise.all(outcomes.map(async (outcome) => outcome)).then(build) : build(outcomes as BranchOutcome<unknown>[]);
}

/** How a branch of a group ended, as its record says, or as it ended now. See {@link groupError}. */
export function outcomeOfBranch(
  spec: Pick<CallSpec, "outputSchema">,
  branch: CallNode,
  values: ValueCodec,
  current?: ReturnType<GroupEnds["currentOf"]>,
): BranchOutcome<unknown> | Promise<BranchOutcome<unknown>> {
  if (current !== undefined && "error" in current) return { ok: false, error: decodeFailure(current.error, values) };
  if (current !== undefined || branch.state === "completed") {
    const value = validated(spec.outputSchema, current === undefined ? decodeValue(branch.value) : values.decode(current.value), branch.address, "output");
    return value instanceof Promise ? value.then((settled: unknown) => ({ ok: true, value: settled })) : { ok: true, value };
  }
  if (branch.state === "failed" && branch.error) return { ok: false, error: decodeFailure(branch.error, values) };
  return { ok: false, error: new CancelledError(branch.address, branch.reason ?? "another branch failed before it ended") };
}
