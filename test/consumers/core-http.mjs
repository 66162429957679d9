// What somebody writes who serves runs of this process: a stream of what happens, and a handler.
import assert from "node:assert/strict";
import { createReprise, tool } from "@reprise/core";
import { createHandler, toJsonLines, toServerSentEvents } from "@reprise/http";

const state = await createReprise().create({ stateId: "run-1" });
const events = new Response(toServerSentEvents(state.events())).text();
await state.run(tool({ name: "double", run: (value) => value * 2 }), 21);
await state.saveCheckpoint({ status: "completed" });
const ids = [...(await events).matchAll(/^id: (\d+)$/gm)].map(([, id]) => id);
assert.deepEqual(ids, ["2", "3"]);
const lines = await new Response(toJsonLines(state.events({ from: 3 }))).text();
assert.equal(JSON.parse(lines).status, "completed");
await state.close();

const handler = createHandler(createReprise());
assert.deepEqual(await (await handler(new Request("http://localhost/runs"))).json(), { runs: [], damaged: [] });
assert.equal((await handler(new Request("http://localhost/runs", { headers: { origin: "http://elsewhere.example" } }))).status, 403);
console.log("ok");
