// What somebody writes who keeps runs in one file: a run fails, is mended and resumed in a new Reprise. Where Node has no SQLite, that is said.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteBackend } from "@reprise/backend-sqlite";
import { agent, createReprise, tool } from "@reprise/core";

if (process.getBuiltinModule("node:sqlite") === undefined) {
  assert.throws(() => sqliteBackend({ file: "runs.db" }), { code: "UNSUPPORTED", message: /needs a Node that has node:sqlite/ });
} else {
  const dir = await mkdtemp(join(tmpdir(), "reprise-consumer-"));
  const file = join(dir, "runs.db");
  let plans = 0;
  let mended = false;
  const plan = tool({ name: "plan", run: (topic) => `${topic}, plan ${(plans += 1)}` });
  const publish = tool({ name: "publish", run: (text) => { if (!mended) throw new Error("offline"); return `published ${text}`; } });
  const writer = agent({ name: "writer", run: async (topic, context) => context.run(publish, await context.run(plan, topic)) });
  try {
    const first = createReprise({ backend: sqliteBackend({ file }) });
    assert.equal((await first.execute(writer, "sagas", { stateId: "run-1" })).status, "failed");
    await first.close();
    mended = true;
    const second = createReprise({ backend: sqliteBackend({ file }), requires: { durability: "power", exclusion: "host" } });
    assert.deepEqual(await second.resume(writer, "run-1"), { status: "completed", stateId: "run-1", value: "published sagas, plan 1" });
    await second.close();
  } finally {
    await rm(dir, { recursive: true });
  }
}
console.log("ok");
