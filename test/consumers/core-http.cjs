// The same from CommonJS: Node loads ES modules with require.
const assert = require("node:assert/strict");
const { createHandler, toJsonLines, toServerSentEvents } = require("@reprise/http");

for (const factory of [createHandler, toJsonLines, toServerSentEvents]) assert.equal(typeof factory, "function");
console.log("ok");
