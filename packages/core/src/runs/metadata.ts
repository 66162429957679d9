import { checkObject, checkTexts, invalid } from "../errors/invalid.ts";
import type { HeaderPatch } from "../ports/state-backend.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import type { StateMetadata } from "./execution-state.ts";

/** Throws `INVALID_OPTION`, naming the field. */
export function checkMetadata(metadata: StateMetadata | undefined): void {
  if (metadata === undefined) return;
  checkObject("metadata", metadata);
  const { tags, pipelineName, parentStateId } = metadata;
  checkTexts("metadata.tags", tags);
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
