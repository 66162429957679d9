import { seededChoice, seededFraction } from "../seeded.ts";

/** What can happen to a request: 503 with `Retry-After`, a connection reset, no answer at all. */
export type Fault = "busy" | "reset" | "silent";

/** How often the service misbehaves. */
export interface FaultRates {
  /** Share of packages whose first request fails. Default: 0.15. */
  readonly first?: number;
  /** Share of those whose second request fails too. Default: 0.25. The third always succeeds, so that every audit can end. */
  readonly second?: number;
}

const kinds: readonly [Fault, ...Fault[]] = ["busy", "busy", "busy", "busy", "reset", "reset", "silent"];

/** What happens to the `request`-th (from 1) request for a package; undefined means that it is answered. */
export function faultOf(seed: number, id: string, request: number, rates: FaultRates = {}): Fault | undefined {
  const first = seededFraction(seed, "fails", id) < (rates.first ?? 0.15);
  const second = first && seededFraction(seed, "fails twice", id) < (rates.second ?? 0.25);
  const failing = second ? 2 : first ? 1 : 0;
  return request > failing ? undefined : seededChoice(kinds, seed, "fault", id, String(request));
}
