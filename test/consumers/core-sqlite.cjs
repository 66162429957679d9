// The same from CommonJS: Node loads ES modules with require. Nothing asks for SQLite before it is needed.
const assert = require("node:assert/strict");
const { sqliteArtifacts, sqliteBackend } = require("@reprise/backend-sqlite");
const { createReprise } = require("@reprise/core");

for (const factory of [createReprise, sqliteArtifacts, sqliteBackend]) assert.equal(typeof factory, "function");
console.log("ok");
