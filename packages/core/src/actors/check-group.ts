import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { checkObject, checkOneOf, invalid } from "../errors/invalid.ts";
import { checkActor } from "./check.ts";
import type { GroupOptions, MapOptions, ParallelTask } from "./groups.ts";

/** The checked options of a group, with defaults. */
export interface CheckedGroup {
  readonly maxWorkers: number;
  readonly failFast: boolean;
  readonly timeoutMs: number | undefined;
}

const groupOptionNames: OptionNames<GroupOptions> = { maxWorkers: true, errors: true, timeoutMs: true };
const mapOptionNames: OptionNames<MapOptions<unknown>> = { ...groupOptionNames, key: true };

function checkGroupOptions(options: GroupOptions): CheckedGroup {
  const { maxWorkers = 5, errors = "fail_slow", timeoutMs } = options;
  if (!Number.isSafeInteger(maxWorkers) || maxWorkers < 1) invalid("maxWorkers", "a whole number from 1", maxWorkers);
  checkOneOf("errors", ["fail_slow", "fail_fast"], errors);
  if (timeoutMs !== undefined && !(typeof timeoutMs === "number" && timeoutMs > 0 && Number.isFinite(timeoutMs))) invalid("timeoutMs", "a positive number of milliseconds", timeoutMs);
  return { maxWorkers, failFast: errors === "fail_fast", timeoutMs };
}

/** Throws `INVALID_OPTION`. */
export function checkMap<Item>(items: unknown, work: unknown, options: MapOptions<Item>): CheckedGroup {
  checkKnown(options, mapOptionNames);
  if (!Array.isArray(items)) invalid("items", "an array", items);
  if (typeof work !== "function") checkActor(work);
  const { key } = options;
  if (key !== undefined && typeof key !== "function") invalid("key", "a function of an item", key);
  return checkGroupOptions(options);
}

/** Throws `INVALID_OPTION`. */
export function checkParallel(tasks: unknown, options: GroupOptions): CheckedGroup {
  checkObject("tasks", tasks);
  for (const [name, task] of namedTasks(tasks)) if (typeof task !== "function") invalid(`tasks.${name}`, "a function", task);
  checkObject("options", options);
  if ("key" in options) invalid("key", "left out: tasks are named by an object of them", options.key);
  checkKnown(options, groupOptionNames);
  return checkGroupOptions(options);
}

/** Tasks with their names, or positions. A hole in an array is no task. */
export function namedTasks(tasks: object): readonly (readonly [name: string, task: ParallelTask])[] {
  return Array.isArray(tasks) ? Array.from(tasks as ParallelTask[], (task, position) => [String(position), task] as const) : Object.entries(tasks as Record<string, ParallelTask>);
}
