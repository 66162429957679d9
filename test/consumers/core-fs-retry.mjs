// What somebody writes who keeps runs on disk and retries what fails.
import assert from "node:assert/strict";
import { fsBackend } from "@reprise/backend-fs";
import { createReprise } from "@reprise/core";
import { retry, retryProvider } from "@reprise/retry";

for (const factory of [createReprise, fsBackend, retry, retryProvider]) assert.equal(typeof factory, "function");
console.log("ok");
