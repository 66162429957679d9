import type { Subscriber } from "@reprise/core/spi";
import { noteKill } from "./tally.ts";

/**
 * When a process is to die: at the n-th write to its journal, at the first one after this share of the packages was asked for
 * advisories, or as soon as the call with this address has begun.
 */
export type KillPoint = { readonly write: number } | { readonly share: number } | { readonly begun: string };

/** Sees every write to the journal, and kills at one of them. */
export interface KillSwitch {
  /** To be called when the `write`-th write (from 1) is acknowledged. */
  acknowledged(write: number): void;
  /** Says how far the run is, for points that are a share. */
  readonly subscriber: Subscriber;
}

/**
 * Ends this process with SIGKILL: no handler, no `finally` and no flush runs any more.
 * A line in the tally says first where it happened.
 */
export function killThisProcess(tally: string, write: number): void {
  noteKill(tally, write);
  process.kill(process.pid, "SIGKILL");
}

/** Calls `kill` once the point is reached; never without a point. */
export function killSwitch(point: KillPoint | undefined, kill: (write: number) => void): KillSwitch {
  let share = 0;
  let writes = 0;
  return {
    acknowledged: (write) => {
      writes = write;
      if (point === undefined || "begun" in point) return;
      if ("write" in point ? write === point.write : share >= point.share) kill(write);
    },
    subscriber: {
      attach: (run) => {
        run.on("event", ({ address, status }) => {
          if (point !== undefined && "begun" in point && address === point.begun && status === "started") kill(writes);
        });
        run.on("group", ({ address, completed, size }) => {
          if (address.startsWith("audit::advisories")) share = completed / size;
        });
      },
    },
  };
}
