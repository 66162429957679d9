import { sanitise } from "@reprise/printer/text";
import type { TimelinePlan } from "@reprise/core";

const mostShown = 12;

/** What going back to a point would do, as lines. */
export function planLines(plan: TimelinePlan): readonly string[] {
  const { stateId, position, reused, reentered, rerun, pendingRetries, nonRepeatable } = plan;
  return [
    `${sanitise(stateId)}: kept up to record ${position}`,
    ...part("reused", reused),
    ...part("entered again", reentered),
    ...part("run again if asked for", rerun),
    ...part("retried", pendingRetries.map(({ address, attempt }) => `${address} (attempt ${attempt})`)),
    ...part("MUST NOT HAPPEN TWICE, and would run again", nonRepeatable),
  ];
}

function part(title: string, addresses: readonly string[]): readonly string[] {
  if (addresses.length === 0) return [];
  const rest = addresses.length - mostShown;
  return [`  ${title}: ${addresses.length}`, ...addresses.slice(0, mostShown).map((address) => `    ${sanitise(address)}`), ...(rest > 0 ? [`    … and ${rest} more`] : [])];
}
