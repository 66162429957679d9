import { checkKnown } from "../errors/check-known.ts";
import { checkObject, invalid } from "../errors/invalid.ts";

/**
 * A place in the history of a run:
 * - `{ address }`: just before the first start of this call in the present timeline;
 * - `{ address, attempt }`: just before the start of this attempt of it, from 1;
 * - `{ checkpoint }`: right after the checkpoint with this seq, as `saveCheckpoint` gave it;
 * - `{ position }`: right after the record with this seq, as events carry it.
 *
 * A checkpoint or position that an earlier rewind has hidden means the timeline it was in.
 */
export type TimelinePoint =
  | { readonly address: string; readonly attempt?: number }
  | { readonly checkpoint: number }
  | { readonly position: number };

/** Throws `INVALID_OPTION`, naming the option, which the point is or is in. */
export function checkPoint(point: unknown, option = "point"): TimelinePoint {
  checkObject(option, point);
  checkKnown(point, { address: true, attempt: true, checkpoint: true, position: true }, option);
  const { address, attempt, checkpoint, position } = point as { readonly [field: string]: unknown };
  const named = [address, checkpoint, position].filter((part) => part !== undefined);
  if (named.length !== 1) invalid(option, "{ address }, { address, attempt }, { checkpoint } or { position }", point);
  if (address !== undefined) {
    if (typeof address !== "string" || address.length === 0) invalid(`${option}.address`, "an address", address);
    if (attempt === undefined) return { address };
    return { address, attempt: checkSeq(`${option}.attempt`, attempt) };
  }
  if (attempt !== undefined) invalid(`${option}.attempt`, "given with an address only", attempt);
  if (checkpoint !== undefined) return { checkpoint: checkSeq(`${option}.checkpoint`, checkpoint) };
  return { position: checkSeq(`${option}.position`, position) };
}

function checkSeq(option: string, value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return value;
  return invalid(option, "a whole number from 1", value);
}
