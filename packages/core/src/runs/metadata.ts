import { invalid } from "../actors/check.ts";
import type { HeaderPatch } from "../ports/state-backend.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import type { StateMetadata } from "./execution-state.ts";

/** Throws `INVALID_OPTION`, naming the field. */
export function checkMetadata(metadata: StateMetadata | undefined): void {
  if (metadata === undefined) return;
  if (typeof metadata !== "object" || metadata === null) invalid("metadata", "an object", metadata);
  const { tags, pipelineName, parentStateId } = metadata;
  if (tags !== undefined && !(Array.isArray(tags) && tags.every((tag) => typeof tag === "string"))) invalid("metadata.tags", "a list of strings", tags);
  if (pipelineName !== undefined && typeof pipelineName !== "string") invalid("metadata.pipelineName", "a string", pipelineName);
  if (parentStateId !== undefined && typeof parentStateId !== "string") invalid("metadata.parentStateId", "a string", parentStateId);
}

/** The recorded patches, merged: shallowly, the later one wins. */
export function mergedMetadata(patches: readonly EncodedValue[]): StateMetadata {
  return Object.assign({}, ...patches.map((patch) => patch.decode())) as StateMetadata;
}

/** What of the metadata can be listed by. */
export function headerOf(metadata: StateMetadata): HeaderPatch {
  const { tags, pipelineName, parentStateId } = metadata;
  return { ...(tags && { tags }), ...(pipelineName !== undefined && { pipelineName }), ...(parentStateId !== undefined && { parentStateId }) };
}
