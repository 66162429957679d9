import type { TimelinePoint } from "@reprise/core";
import type { Command } from "commander";
import { countFrom } from "./parse-words.ts";
import { UsageError } from "./usage-error.ts";

/** How the command line names a place in the history of a run. */
export interface PointOptions {
  readonly from?: string;
  readonly attempt?: number;
  readonly checkpoint?: number;
  readonly position?: number;
}

/** Adds the options that name a point. */
export function addPoint(command: Command): Command {
  return command
    .option("--from <address>", "just before the first start of this call")
    .option("--attempt <number>", "with --from: just before this attempt of it", countFrom)
    .option("--checkpoint <seq>", "right after this checkpoint", countFrom)
    .option("--position <seq>", "right after this record", countFrom);
}

/** The point that was named; undefined if none was. */
export function namedPoint({ from, attempt, checkpoint, position }: PointOptions): TimelinePoint | undefined {
  const named = [from, checkpoint, position].filter((part) => part !== undefined).length;
  if (named > 1) throw new UsageError("--from, --checkpoint and --position exclude each other");
  if (attempt !== undefined && from === undefined) throw new UsageError("--attempt needs --from");
  if (from !== undefined) return { address: from, ...(attempt !== undefined && { attempt }) };
  if (checkpoint !== undefined) return { checkpoint };
  return position === undefined ? undefined : { position };
}

/** The point that was named. Throws `UsageError` if none was. */
export function pointOf(options: PointOptions): TimelinePoint {
  const point = namedPoint(options);
  if (point === undefined) throw new UsageError("a point is needed: --from ADDRESS, --checkpoint SEQ or --position SEQ");
  return point;
}
