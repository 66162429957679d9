// The same from CommonJS: Node loads ES modules with require.
const assert = require("node:assert/strict");
const { agent, createReprise, llm, tool } = require("@reprise/core");
const { RepriseError } = require("@reprise/core/spi");

for (const factory of [agent, createReprise, llm, tool]) assert.equal(typeof factory, "function");
assert.equal(new RepriseError("IO", "disk on fire").code, "IO");
console.log("ok");
