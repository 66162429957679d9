import { tool } from "@reprise/core";
import { retry } from "@reprise/retry";
import { advisoriesSchema, type Advisory } from "../advisories/advisory.ts";
import { fetchJson } from "../http.ts";
import type { InstalledPackage } from "../packages/installed-package.ts";
import type { Tally } from "../tally.ts";

/** Asks the advisory service about one package. The service fails now and then: retries and a limit per attempt are all it takes. */
export function advisoriesTool(service: URL, tally: Tally) {
  return tool({
    name: "advisories",
    retry: retry({ maxAttempts: 6, initialDelayMs: 100, maxDelayMs: 2000 }),
    attemptTimeoutMs: 1000,
    run: async ({ name, version }: Pick<InstalledPackage, "name" | "version">, context): Promise<Advisory[]> => {
      tally.add(context);
      const url = new URL(`advisories/${encodeURIComponent(name)}/${encodeURIComponent(version)}`, service);
      const answer = await fetchJson(url, { signal: context.signal });
      return advisoriesSchema.parse(answer).advisories;
    },
  });
}
