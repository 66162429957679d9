import { checkIncremental } from "./incremental.ts";
import { testProperties } from "./property.ts";
import { checkUnfinished, checkValidation } from "./validation.ts";

testProperties([
  { name: "R5: unchanged code is validated as the same, and one changed leaf is what is reported", oracle: checkValidation, share: 0.3 },
  { name: "R5: a run cut off anywhere is validated as far as it goes, and nothing new is run", oracle: checkUnfinished, share: 0.1 },
  { name: "R7: a pass over a changed tool ends like a fresh run, wherever it is cut off, and runs only what has changed", oracle: checkIncremental, share: 0.2 },
]);
