import type { ArtifactReference } from "../actors/artifacts.ts";
import { harmless } from "../values/harmless.ts";
import { showTree } from "../values/show-tree.ts";
import type { ValueDifference } from "../values/value-difference.ts";
import type { CallSnapshot } from "./state-snapshot.ts";
import type { EntryDifference, StateDiff, StatePosition } from "./state-diff.ts";

const longestValue = 100;

/**
 * A diff for a person to read: one line for each thing, `+` new, `-` removed, `~` changed, and below it where. Ends without a line break.
 *
 * @example
 * ```ts
 * import { createReprise, diffSnapshots, diffToText, tool } from "@reprise/core";
 *
 * const double = tool({ name: "double", run: (value: number) => value * 2 });
 * const state = await createReprise().create({ stateId: "run-1" });
 * const before = state.snapshot();
 * await state.run(double, 21);
 * console.log(diffToText(diffSnapshots(before, state.snapshot())).split("\n")[1]); // new calls: 1
 * ```
 */
export function diffToText(diff: StateDiff): string {
  const { a, b, equal, status, newCalls, removedCalls, changedCalls, changedStorage, newArtifacts, removedArtifacts, changedArtifacts, changedMetadata } = diff;
  const title = `${position(a)} -> ${position(b)}`;
  if (equal) return `${title}: no differences`;
  const lines = [title, ...(status ? [`status: ${status.before} -> ${status.after}`] : [])];
  const part = (name: string, count: number, body: readonly string[]): void => {
    if (count > 0) lines.push(`${name}: ${count}`, ...body.map((line) => `  ${line}`));
  };
  part("new calls", newCalls.length, newCalls.map((call) => `+ ${callText(call)}`));
  part("removed calls", removedCalls.length, removedCalls.map((call) => `- ${callText(call)}`));
  part("changed calls", changedCalls.length, changedCalls.flatMap(({ address, differences }) => [`~ ${harmless(address)}`, ...differences.map(differenceText)]));
  part("changed storage", changedStorage.length, changedStorage.flatMap(entryLines));
  part("new artifacts", newArtifacts.length, newArtifacts.map(({ name, after }) => `+ ${artifactText(name, after)}`));
  part("removed artifacts", removedArtifacts.length, removedArtifacts.map(({ name, before }) => `- ${artifactText(name, before)}`));
  part("changed artifacts", changedArtifacts.length, changedArtifacts.map(({ name, before, after }) => `~ ${artifactText(name, before)} -> ${contentText(after)}`));
  part("changed metadata", changedMetadata.length, changedMetadata.flatMap(entryLines));
  return lines.join("\n");
}

function position({ stateId, seq }: StatePosition): string {
  return `${harmless(stateId)} at ${seq}`;
}

function callText({ address, status, attempts, value, error }: CallSnapshot): string {
  const tries = attempts > 1 ? ` (${attempts} attempts)` : "";
  const outcome = error ? `: ${harmless(short(`${error.name}: ${error.message}`))}` : value === undefined ? "" : `: ${shown(value)}`;
  return `${harmless(address)} ${status}${tries}${outcome}`;
}

function entryLines(entry: EntryDifference): string[] {
  const key = JSON.stringify(harmless(entry.key));
  if (!("before" in entry)) return [`+ ${key}: ${shown(entry.after)}`];
  if (!("after" in entry)) return [`- ${key}: ${shown(entry.before)}`];
  return [`~ ${key}`, ...entry.differences.map(differenceText)];
}

function differenceText({ path, kind, before, after }: ValueDifference): string {
  if (kind === "added") return `    ${harmless(path)}: added ${shown(after)}`;
  return kind === "removed" ? `    ${harmless(path)}: removed ${shown(before)}` : `    ${harmless(path)}: ${shown(before)} -> ${shown(after)}`;
}

function shown(tree: unknown): string {
  return harmless(short(showTree(tree)));
}

function artifactText(name: string, reference: ArtifactReference | undefined): string {
  return `${JSON.stringify(harmless(name))}: ${contentText(reference)}`;
}

function contentText(reference: ArtifactReference | undefined): string {
  return reference === undefined ? "nothing" : `${reference.kind} of ${reference.size} bytes, ${reference.id.slice(0, 12)}`;
}

function short(text: string): string {
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}
