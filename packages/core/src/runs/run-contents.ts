import { Contents } from "../journal/contents.ts";
import { ephemeralArtifacts } from "./ephemeral-artifacts.ts";
import type { RepriseSettings } from "./settings.ts";

/** The contents of one run, as its Reprise is set up. */
export function contentsOf({ artifacts, artifactThreshold, options, system: { sha256 } }: RepriseSettings): Contents {
  // Without a backend nothing is written down, so nothing is too large to be.
  if (options.backend === undefined && artifacts === undefined) return new Contents({ artifacts: ephemeralArtifacts(sha256), sha256, threshold: Infinity });
  return new Contents({ artifacts, sha256, threshold: artifactThreshold });
}
