import { checkObject, checkTexts, invalid } from "../errors/invalid.ts";
import type { HeaderPatch } from "../ports/state-backend.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import { isWellFormed } from "../values/well-formed.ts";
import type { StateMetadata } from "./execution-state.ts";

/** Throws `INVALID_OPTION`, naming the field: what runs are listed by has to be text that every backend can keep. */
export function checkMetadata(metadata: StateMetadata | undefined): void {
  if (metadata === undefined) return;
  checkObject("metadata", metadata);
  const { tags, pipelineName, parentStateId } = metadata;
  checkTexts("metadata.tags", tags);
  for (const tag of tags ?? []) checkText("metadata.tags", tag);
  checkText("metadata.pipelineName", pipelineName);
  checkText("metadata.parentStateId", parentStateId);
}

function checkText(option: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== "string") invalid(option, "a string", value);
  if (!isWellFormed(value)) invalid(option, "text without half of a surrogate pair", value);
}

/** The recorded patches, merged: shallowly, the later one wins. */
export function mergedMetadata(patches: readonly EncodedValue[]): StateMetadata {
  return Object.assign({}, ...patches.map((patch) => patch.decode())) as StateMetadata;
}

/** What of the metadata can be listed by: of a run that another version recorded, possibly not all of it (rule S6). */
export function headerOf(metadata: StateMetadata): HeaderPatch {
  const { tags, pipelineName, parentStateId } = metadata;
  return {
    ...(Array.isArray(tags) && { tags: tags.filter(isListable) }),
    ...(isListable(pipelineName) && { pipelineName }),
    ...(isListable(parentStateId) && { parentStateId }),
  };
}

function isListable(text: unknown): text is string {
  return typeof text === "string" && isWellFormed(text);
}
