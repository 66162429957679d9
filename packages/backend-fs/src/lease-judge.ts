import type { LeaseState } from "@reprise/core/spi";
import type { Lease } from "./lease.ts";
import { fateOf, type Processes } from "./processes.ts";
import type { FsSystem } from "./system.ts";

/** Decides whether the holder of a run still lives. */
export interface LeaseJudge {
  /**
   * `stale`: the holder is gone, or cannot be seen from here and its heartbeat has not changed for `ttlMs` (never less than
   * the holder announced) of our own time since this judge first saw it.
   */
  stateOf(stateId: string, lease: Lease | undefined, ttlMs: number): LeaseState;
}

// Shared by every backend and every copy of this package in this thread.
const liveTokensKey = Symbol.for("@reprise/backend-fs/live-leases");

/** Tokens of the writers that live in this thread. */
export function liveTokens(): Set<string> {
  const shared = globalThis as { [liveTokensKey]?: Set<string> };
  return (shared[liveTokensKey] ??= new Set());
}

/** A judge that remembers which heartbeats it has seen when. */
export function leaseJudge(processes: Processes, system: Pick<FsSystem, "monotonic">, tokens: ReadonlySet<string> = liveTokens()): LeaseJudge {
  const seen = new Map<string, { readonly beat: string; readonly at: number }>();

  const isSilent = (stateId: string, lease: Lease, ttlMs: number): boolean => {
    const beat = `${lease.token} ${lease.beat}`;
    const last = seen.get(stateId);
    if (last?.beat === beat) return system.monotonic() - last.at >= Math.max(ttlMs, lease.ttlMs);
    seen.set(stateId, { beat, at: system.monotonic() });
    return false;
  };

  return {
    stateOf(stateId, lease, ttlMs) {
      if (lease === undefined || lease.released) {
        seen.delete(stateId);
        return "none";
      }
      const fate = fateOf(lease.process, processes);
      if (fate === "unknown") return isSilent(stateId, lease, ttlMs) ? "stale" : "live";
      seen.delete(stateId);
      return fate === "gone" || isOursAndDead(lease, processes, tokens) ? "stale" : "live";
    },
  };
}

/** A writer of this very thread that was poisoned or never released: it is not alive because its process is. */
function isOursAndDead(lease: Lease, { self }: Processes, tokens: ReadonlySet<string>): boolean {
  return lease.process.pid === self.pid && lease.process.thread === self.thread && !tokens.has(lease.token);
}
