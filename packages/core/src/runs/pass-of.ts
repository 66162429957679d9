import type { Pass } from "../engine/incremental.ts";
import { ReplayMode } from "../journal/replay-mode.ts";
import { PointNotFoundError } from "../errors/timeline-errors.ts";
import { callsOf, type RunView } from "../history/fold.ts";
import { nearest } from "../timeline/nearest.ts";
import type { OpenOptions } from "./reprise.ts";

/**
 * The pass over a run that is opened (rule R7): one that the options begin, or one that is not completed; undefined if there
 * is none, or nothing is recorded. Throws `POINT_NOT_FOUND` for an address that no call has.
 */
export function passOf(view: RunView, { mode, force = [] }: OpenOptions, lastSeq: number): Pass | undefined {
  if (mode !== ReplayMode.INCREMENTAL) return view.pass && { since: view.pass.since, force: new Set(view.pass.force) };
  const known = callsOf(view).map(({ address }) => address);
  for (const address of force) {
    if (!known.includes(address)) throw new PointNotFoundError(view.stateId, `has no call ${address} to force`, { address, nearest: nearest(address, known) });
  }
  // Its session will be the next record.
  return lastSeq === 0 ? undefined : { since: lastSeq + 1, force: new Set(force) };
}
