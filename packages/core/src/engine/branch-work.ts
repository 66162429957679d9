import type { Actor } from "../actors/actor.ts";
import { VersionChangedError } from "../errors/replay-errors.ts";
import type { CallNode } from "../history/call-node.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import type { Aliases } from "./aliases.ts";
import type { Call, TaskCode } from "./call.ts";
import { canonical } from "./match-queue.ts";
import { noOptions, policyFor } from "./policy.ts";

/** What has become of the work of a branch since it was recorded. */
type WorkChange = { readonly kind: "none" | "other" } | { readonly kind: "version"; readonly did: CallNode };

/**
 * Is the recorded outcome of a group or branch no longer that of what is asked for? A group whose items changed, and one
 * that now calls another actor, or a function where it was an actor or a task, is opened again; its branches are then matched one by one (rules P1, R8). Throws
 * `VersionChangedError`.
 */
export function hasChanged(call: Call): boolean {
  const { node, spec, request, engine } = call;
  if ((spec.type !== "group" && spec.type !== "branch") || node.state === "cancelled") return false;
  if (spec.type === "group" && !sameItems(node, request.input)) return true;
  const places = spec.type === "branch" ? [node] : branchesOf(node);
  if (spec.tasks !== undefined) return places.some((branch, position) => isOtherTask(branch, spec.tasks?.[position]));
  const branches = places.filter((branch) => branch !== undefined);
  if (branches.some(({ fingerprint }) => fingerprint !== undefined)) return true;
  const changes = branches.map((branch) => workChange(branch, spec.work, engine.options.aliases));
  if (changes.some(({ kind }) => kind === "other")) return true;
  const changed = changes.find((change) => change.kind === "version");
  if (changed === undefined || spec.work === undefined) return false;
  const { onVersionChange } = policyFor(engine, spec.work, noOptions);
  if (onVersionChange === "rerun") return true;
  if (onVersionChange === "fail") throw new VersionChangedError(changed.did.address, { recorded: changed.did.version, current: spec.work.version });
  call.versionChanged = true;
  engine.log("warn", "VERSION_CHANGED", `recorded with version ${changed.did.version ?? "none"}`, { address: changed.did.address });
  return false;
}

/** Do the recorded branches stand for these items, position by position? One that never began may stand for anything. */
function sameItems(group: CallNode, items: EncodedValue | undefined): boolean {
  const branches = branchesOf(group);
  const asked = items?.items() ?? [];
  return branches.length === asked.length && branches.every((branch, position) => branch === undefined || canonical(branch.input) === canonical(asked[position]));
}

/** By position. */
function branchesOf({ value, branches }: CallNode): readonly (CallNode | undefined)[] {
  return (value?.kind === "list" ? value.nodes : branches) ?? [];
}

/** A named task is the same whatever its function does; one that goes by its position is told by its text (rule P1). */
function isOtherTask(branch: CallNode | undefined, task: TaskCode | undefined): boolean {
  if (branch === undefined) return false;
  return task === undefined || branch.fingerprint === undefined || (!task.named && task.fingerprint !== branch.fingerprint);
}

// Of an actor, its name and version tell; the code of a function is not known.
function workChange(branch: CallNode, work: Actor<never, unknown> | undefined, aliases: Aliases): WorkChange {
  if (branch.state === "completed" && (branch.value?.kind === "of") !== (work !== undefined)) return { kind: "other" };
  if (work === undefined) return { kind: "none" };
  const did = branch.value?.kind === "of" ? branch.value.node : branch.children.findLast((child) => isOf(child, work, aliases));
  // What was cancelled may not have come to its call.
  if (did === undefined) return { kind: branch.state === "failed" ? "other" : "none" };
  if (!isOf(did, work, aliases)) return { kind: "other" };
  return did.version === work.version ? { kind: "none" } : { kind: "version", did };
}

function isOf({ type, segment }: CallNode, work: Actor<never, unknown>, aliases: Aliases): boolean {
  return type === work.type && (aliases.get(segment.name) ?? segment.name) === work.name;
}
