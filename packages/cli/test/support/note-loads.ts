import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";

// Preloaded with --import: notes every module that is loaded, in the file that REPRISE_TEST_LOADS names.
const file = process.env["REPRISE_TEST_LOADS"] ?? "";
registerHooks({
  load: (url, context, next) => {
    appendFileSync(file, `${url}\n`);
    return next(url, context);
  },
});
