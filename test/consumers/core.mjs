// What somebody writes who has installed @reprise/core and nothing else.
import assert from "node:assert/strict";
import { agent, createReprise, isRepriseError, tool } from "@reprise/core";
import { defaultSystem, RepriseError } from "@reprise/core/spi";

const double = tool({ name: "double", run: (value) => value * 2 });
const broken = tool({ name: "broken", run: () => { throw new RangeError("too much"); } });
const work = agent({
  name: "work",
  run: async (values, context) => {
    const failure = await context.try(broken);
    return { doubled: await context.map("doubles", values, double), failure: failure.ok ? "none" : failure.error.cause.message };
  },
});

const outcome = await createReprise().execute(work, [1, 2, 3]);
assert.deepEqual(outcome.value, { doubled: [2, 4, 6], failure: "too much" });
assert.ok(isRepriseError(new RepriseError("IO", "disk on fire"), "IO"));
assert.equal(defaultSystem().sha256(new Uint8Array()).length, 64);
console.log("ok");
