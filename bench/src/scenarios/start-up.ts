import type { Scenario } from "../scenario.ts";
import { system } from "../system.ts";

/** How long the import of a contestant takes in a process that has imported nothing of it. */
export const startUp: Scenario = {
  name: "start-up",
  sizes: [0],
  repetitions: () => 5,
  includes: ({ name }) => !/NORMAL|process|off$|preallocated|write/u.test(name),
  async measure({ contestant }) {
    const before = system.now();
    await contestant.load();
    return { ms: system.now() - before };
  },
};
