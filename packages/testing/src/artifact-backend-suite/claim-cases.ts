import { expect } from "vitest";
import type { ArtifactCase } from "./artifact-suite-context.ts";

/** What is claimed must be shown: a capability without the option that tries it is none. */
export const claimCases: readonly ArtifactCase[] = [
  {
    name: "claims: a backend that has collect is given to the suite with `elapse`",
    async run({ open, options }) {
      expect((await open()).collect === undefined || options.elapse !== undefined, "it has collect: give the suite `elapse`, or nobody knows what it takes away").toBe(true);
    },
  },
];
