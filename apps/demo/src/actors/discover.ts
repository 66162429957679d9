import { tool } from "@reprise/core";
import { findInstalled } from "../packages/find-installed.ts";
import type { Tally } from "../tally.ts";

/** Lists the packages that are really installed in a folder. */
export function discoverTool(tally: Tally) {
  return tool({
    name: "discover",
    retry: false,
    run: (directory: string, context) => {
      tally.add(context);
      return findInstalled(directory, context.signal);
    },
  });
}
