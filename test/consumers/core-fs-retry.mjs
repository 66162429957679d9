// What somebody writes who keeps runs on disk and retries what fails: a run fails, is mended and resumed in a new Reprise.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import { agent, createReprise, llm, tool } from "@reprise/core";
import { retry, retryProvider } from "@reprise/retry";

const dir = await mkdtemp(join(tmpdir(), "reprise-consumer-"));
let plans = 0;
let mended = false;
const plan = llm({ name: "plan", run: (topic) => `${topic}, plan ${(plans += 1)}` });
const draft = llm({ name: "draft", retry: retry({ maxAttempts: 3, initialDelayMs: 1 }), run: (outline, { attempt }) => { if (attempt < 3) throw new Error("busy"); return outline; } });
const publish = tool({ name: "publish", retry: false, run: (text) => { if (!mended) throw new Error("offline"); return `published ${text}`; } });
const writer = agent({ name: "writer", run: async (topic, context) => context.run(publish, await context.run(draft, await context.run(plan, topic))) });

async function inNewReprise(use) {
  const reprise = createReprise({ backend: fsBackend({ dir }), retry: retryProvider() });
  try {
    return await use(reprise);
  } finally {
    await reprise.close();
  }
}

try {
  const failed = await inNewReprise((reprise) => reprise.execute(writer, "sagas", { stateId: "run-1" }));
  assert.equal(failed.error.cause.cause.message, "offline");
  mended = true;
  const resumed = await inNewReprise((reprise) => reprise.resume(writer, "run-1"));
  assert.deepEqual(resumed, { status: "completed", stateId: "run-1", value: "published sagas, plan 1" });
  const { rows } = await inNewReprise((reprise) => reprise.list({ status: ["completed"] }));
  assert.deepEqual(rows.map((row) => [row.stateId, row.lease]), [["run-1", "none"]]);
} finally {
  await rm(dir, { recursive: true });
}
console.log("ok");
