// The same from CommonJS: Node loads ES modules with require.
const assert = require("node:assert/strict");
const { fsBackend } = require("@reprise/backend-fs");
const { createReprise } = require("@reprise/core");
const { retry, retryProvider } = require("@reprise/retry");

for (const factory of [createReprise, fsBackend, retry, retryProvider]) assert.equal(typeof factory, "function");
console.log("ok");
