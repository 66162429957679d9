import { checkIncremental } from "./incremental.ts";
import { testProperties } from "./property.ts";
import { checkUnfinished, checkValidation } from "./validation.ts";

testProperties([
  { name: "R5: unchanged code is validated as the same, and one changed leaf is what is reported", oracle: checkValidation, share: 0.3 },
  { name: "R5: a run cut off anywhere is validated as far as it goes, and nothing new is run", oracle: checkUnfinished, share: 0.1 },
  { name: "P1, R5: so is code with groups of tasks and streams of groups", oracle: checkValidation, generate: { groups: true }, share: 0.03 },
  { name: "P1, R5: cut off anywhere, too", oracle: checkUnfinished, generate: { groups: true }, share: 0.01 },
  { name: "P1, R7: a pass over groups of tasks ends like a fresh run", oracle: checkIncremental, generate: { groups: true }, share: 0.015 },
  { name: "R7: a pass over a changed tool ends like a fresh run, wherever it is cut off, and runs only what has changed", oracle: checkIncremental, share: 0.1 },
]);
