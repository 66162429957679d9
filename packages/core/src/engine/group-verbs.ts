import { checkMap, checkParallel, namedTasks, type CheckedGroup } from "../actors/check-group.ts";
import type { GroupOptions, MapOptions, ParallelTasks } from "../actors/groups.ts";
import { checkName, encodeKey } from "../address/address.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import { mapBranch, taskBranch, type Work } from "./branch-spec.ts";
import type { CallRequest, TaskCode } from "./call.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { groupSpec, type GroupPlan } from "./group.ts";
import { GroupOutcomes } from "./group-outcomes.ts";
import type { Scope } from "./scope.ts";

/** A group that is to be called, and what its caller makes of its values. */
export interface GroupRequest {
  readonly request: Omit<CallRequest, "onValue" | "onError">;
  readonly resultOf: (values: readonly unknown[]) => unknown;
  readonly outcomes: GroupOutcomes;
}

/** Throws `INVALID_OPTION` and `NOT_ENCODABLE`. */
export function mapRequest<Item>(scope: Scope, name: string, items: readonly Item[], work: Work, options: MapOptions<Item>): GroupRequest {
  const { values, system } = scope.engine;
  checkName("group", name);
  const checked = checkMap(items, work, options);
  const names = options.key === undefined ? undefined : groupKeys(items, options.key);
  const branch = mapBranch(name, work);
  const plan = { ...checked, name, tasks: undefined, work: typeof work === "function" ? undefined : work, branch: () => branch };
  return requestOf({ plan, names, items: values.encode(items, "items").encoded, resultOf: (results) => results, sha256: system.sha256 });
}

/**
 * The items of the group are the names of its tasks, or their positions: they say in the history which branch is which.
 * Throws `INVALID_OPTION`.
 */
export function parallelRequest(scope: Scope, name: string, tasks: ParallelTasks, options: GroupOptions): GroupRequest {
  const { values, system } = scope.engine;
  checkName("group", name);
  const checked = checkParallel(tasks, options);
  const entries = namedTasks(tasks);
  const named = !Array.isArray(tasks);
  const codes = entries.map(([, task]): TaskCode => ({ fingerprint: fingerprintOf(task, system) ?? "", named }));
  const specs = entries.map(([, task], position) => taskBranch(name, task, codes[position] as TaskCode));
  const names = entries.map(([key]) => key);
  const plan = { ...checked, name, tasks: codes, work: undefined, branch: (position: number) => specs[position] as (typeof specs)[0] };
  const items = values.encode(named ? names : names.map(Number), "tasks").encoded;
  const resultOf: GroupRequest["resultOf"] = (results) => (named ? Object.fromEntries(names.map((key, position) => [key, results[position]])) : results);
  return requestOf({ plan, names: named ? names : undefined, items, resultOf, sha256: system.sha256 });
}

interface RequestParts extends Pick<GroupRequest, "resultOf"> {
  readonly plan: Omit<GroupPlan, "keys" | "outcomes"> & Pick<CheckedGroup, "timeoutMs">;
  /** What its caller calls each branch. */
  readonly names: readonly string[] | undefined;
  readonly items: EncodedValue;
  readonly sha256: (data: Uint8Array) => string;
}

function requestOf({ plan, names, items, resultOf, sha256 }: RequestParts): GroupRequest {
  const keys = names?.map((name) => encodeKey(name, sha256));
  const outcomes = new GroupOutcomes(names ?? []);
  const { timeoutMs } = plan;
  const policy = timeoutMs === undefined ? {} : { timeoutMs };
  return { request: { spec: groupSpec({ ...plan, keys, outcomes }, items), input: items, policy, key: undefined }, resultOf, outcomes };
}

/** The key of each item. Throws `INVALID_OPTION` where two items have the same. */
function groupKeys<Item>(items: readonly Item[], key: (item: Item, index: number) => string): string[] {
  const positions = new Map<string, number>();
  return items.map((item, position) => {
    const text: unknown = key(item, position);
    if (typeof text !== "string") throw new RepriseError("INVALID_OPTION", `key must give a string for every item, got ${typeof text} for item ${position}`, { path: "key" });
    const before = positions.get(text);
    if (before !== undefined) throw new RepriseError("INVALID_OPTION", `key must be unique within a group, but items ${before} and ${position} both have ${JSON.stringify(text)}`, { path: "key" });
    positions.set(text, position);
    return text;
  });
}
