import type { LeaseState } from "@reprise/core/spi";
import type { Lease } from "./lease.ts";
import { fateOf, type Processes } from "./processes.ts";
import type { SqliteSystem } from "./system.ts";

/** Decides whether the holder of a run still lives. */
export interface LeaseJudge {
  /**
   * `stale`: the holder is gone; or it cannot be seen from here, and its beat has not changed for `ttlMs` (never less than the
   * holder announced) of our own time since this judge first saw it.
   */
  stateOf(run: number, lease: Lease | undefined, ttlMs: number): LeaseState;
}

// Shared by every backend and every copy of this package in this thread.
const liveTokensKey = Symbol.for("@reprise/backend-sqlite/live-leases");

/** Tokens of the writers that live in this thread. */
export function liveTokens(): Set<string> {
  const shared = globalThis as { [liveTokensKey]?: Set<string> };
  return (shared[liveTokensKey] ??= new Set());
}

/** A judge that remembers which beats it has seen when. */
export function leaseJudge(processes: Processes, system: Pick<SqliteSystem, "monotonic">, tokens: ReadonlySet<string> = liveTokens()): LeaseJudge {
  const { self } = processes;
  const seen = new Map<number, { readonly token: string; readonly beat: number; readonly at: number }>();

  const isSilent = (run: number, { token, beat, ttlMs }: Lease, patienceMs: number): boolean => {
    const last = seen.get(run);
    if (last?.token === token && last.beat === beat) return system.monotonic() - last.at >= Math.max(patienceMs, ttlMs);
    seen.set(run, { token, beat, at: system.monotonic() });
    return false;
  };
  const isOurs = ({ holder }: Lease): boolean =>
    holder?.pid === self.pid && holder.thread === self.thread && holder.started === self.started && holder.boot === self.boot && holder.pidNamespace === self.pidNamespace;

  return {
    stateOf(run, lease, ttlMs) {
      if (lease === undefined) {
        seen.delete(run);
        return "none";
      }
      // A writer of this thread that was poisoned or never released is not alive because its process is.
      if (isOurs(lease)) return tokens.has(lease.token) ? "live" : "stale";
      const fate = lease.holder === undefined ? "unknown" : fateOf(lease.holder, processes);
      if (fate === "unknown") return isSilent(run, lease, ttlMs) ? "stale" : "live";
      seen.delete(run);
      return fate === "gone" ? "stale" : "live";
    },
  };
}
