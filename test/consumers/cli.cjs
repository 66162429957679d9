// The same from CommonJS: Node loads ES modules with require.
const assert = require("node:assert/strict");
const { ExitCode, main, processTerminal } = require("@reprise/cli");

for (const each of [main, processTerminal]) assert.equal(typeof each, "function");
assert.equal(ExitCode.USAGE, 2);
console.log("ok");
