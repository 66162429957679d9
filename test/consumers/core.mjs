// What somebody writes who has installed @reprise/core and nothing else.
import assert from "node:assert/strict";
import { agent, createReprise, llm, tool } from "@reprise/core";
import { RepriseError, defaultSystem, isRepriseError } from "@reprise/core/spi";

for (const factory of [agent, createReprise, llm, tool]) assert.equal(typeof factory, "function");
assert.ok(isRepriseError(new RepriseError("IO", "disk on fire"), "IO"));
assert.equal(defaultSystem().sha256(new Uint8Array()).length, 64);
console.log("ok");
