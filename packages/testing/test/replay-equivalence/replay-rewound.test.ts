// The same as replay-equivalence.test.ts for a run that somebody has rewound: random programs, random positions.
import { testProperties } from "./property.ts";
import { checkRewound } from "./rewound.ts";

// A leaf that was cut off has its limit of time anew: what follows need not be what it was.
const generate = { limits: false };

testProperties([
  { name: "R9: a run that is rewound anywhere and resumed ends as it did, and runs nothing again that had completed", oracle: checkRewound, generate, share: 0.2 },
  { name: "P1, R9: so is one with groups of tasks and streams of groups", oracle: checkRewound, generate: { ...generate, groups: true }, share: 0.02 },
  { name: "R9, R11: so does one with tools that must not happen twice, where that is allowed", oracle: checkRewound, generate: { once: true }, share: 0.1 },
]);
