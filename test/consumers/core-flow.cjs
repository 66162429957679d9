// The same from CommonJS: Node loads ES modules with require.
const assert = require("node:assert/strict");
const { defineFlow, loadFlow, routine } = require("@reprise/flow");

for (const factory of [defineFlow, loadFlow, routine]) assert.equal(typeof factory, "function");
console.log("ok");
