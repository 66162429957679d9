import { RepriseError } from "../errors/reprise-error.ts";

/** How deep and how large a value may be. Checked while encoding and while decoding, before anything is allocated for it. */
export interface ValueLimits {
  /** Objects, arrays, maps, sets, errors and registered instances inside each other. Default: 128, at most 1000. */
  readonly maxDepth: number;
  /** Values in total: every property, item, map key and map value counts as one. Default: 1,000,000. */
  readonly maxNodes: number;
}

/** The limits of a codec that was given none. */
export const defaultLimits: ValueLimits = { maxDepth: 128, maxNodes: 1_000_000 };

// One level of a Map is three levels of JSON, and JSON.stringify runs out of stack at about 5000.
const deepest = 1000;

/** The given limits with defaults for the others. Throws `INVALID_OPTION`. */
export function resolveLimits(limits?: Partial<ValueLimits>): ValueLimits {
  if (limits === undefined) return defaultLimits;
  const maxDepth = limits.maxDepth ?? defaultLimits.maxDepth;
  const maxNodes = limits.maxNodes ?? defaultLimits.maxNodes;
  if (!Number.isSafeInteger(maxDepth) || maxDepth < 1 || maxDepth > deepest) {
    throw new RepriseError("INVALID_OPTION", `limits.maxDepth must be a whole number from 1 to ${deepest}, not ${String(maxDepth)}`, { path: "limits.maxDepth" });
  }
  if (!Number.isSafeInteger(maxNodes) || maxNodes < 1) {
    throw new RepriseError("INVALID_OPTION", `limits.maxNodes must be a whole number from 1, not ${String(maxNodes)}`, { path: "limits.maxNodes" });
  }
  return { maxDepth, maxNodes };
}

/** The option that set a limit, for messages. Nothing where none was given: a Reprise takes none, and what cannot be set is not named. */
export function limitOption(limits: ValueLimits, name: keyof ValueLimits): string {
  return limits === defaultLimits ? "" : ` (limits.${name})`;
}
