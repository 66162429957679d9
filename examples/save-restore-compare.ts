/**
 * Save and restore with storage and artifacts, find runs by what is known of them, and compare two checkpoints of one run.
 *
 *     npx -y pnpm@12.21.0 exec node --conditions=@reprise/source examples/save-restore-compare.ts
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import { createReprise, diffToText, StateStatus, tool } from "@reprise/core";

const dir = await mkdtemp(join(tmpdir(), "reprise-save-"));
const embed = tool({ name: "embed", run: (text: string) => Float32Array.from(text, (letter) => letter.charCodeAt(0) / 128) });

// One process works and saves.
const writing = createReprise({ backend: fsBackend({ dir }) });
const state = await writing.create({ stateId: "books", metadata: { pipelineName: "library", tags: ["production"] } });
state.storage.set("step", "chapters read");
state.artifacts.put("embedding", await state.run(embed, "moby"));
const early = await state.saveCheckpoint({ metadata: { note: "half way" } });
state.storage.set("step", "index written");
state.storage.add("pages", 635);
state.artifacts.put("index", ["Ahab", "Ishmael"]);
await state.run(embed, "dick");
const late = await state.saveCheckpoint({ status: StateStatus.PAUSED, metadata: { tags: ["production", "checked"] } });
await writing.create({ metadata: { pipelineName: "library", tags: ["staging"] } });
await writing.close();

// Another one finds it and goes on.
const reading = createReprise({ backend: fsBackend({ dir }) });
const found = await reading.list({ tags: ["production"], status: StateStatus.PAUSED, pipelineName: "library" });
console.log("Found:", found.rows.map(({ stateId, tags, status }) => `${stateId} [${tags.join(", ")}] ${status}`).join("; "));

const restored = await reading.load("books");
console.log("Storage:", restored.storage.get("step"), restored.storage.get("pages"));
console.log("Artifact:", await restored.artifacts.get("embedding"));
console.log("Metadata:", restored.metadata);
await restored.close();

console.log("\nWhat happened between the two checkpoints:");
console.log(diffToText(await reading.diff({ stateId: "books", at: early }, { stateId: "books", at: late })));

await reading.close();
await rm(dir, { recursive: true });

/* Prints:
Found: books [production, checked] paused
Storage: index written 635
Artifact: Float32Array(4) [ 0.8515625, 0.8671875, 0.765625, 0.9453125 ]
Metadata: {
  pipelineName: 'library',
  tags: [ 'production', 'checked' ],
  note: 'half way'
}

What happened between the two checkpoints:
books at 6 -> books at 12
status: running -> paused
new calls: 1
  + embed#2::tool_call completed: Float32Array(4)
changed storage: 2
  + "pages": 635
  ~ "step"
      value: "chapters read" -> "index written"
new artifacts: 1
  + "index": value of 14 bytes, 7e13d5301d12
changed metadata: 1
  ~ "tags"
      value[1]: added "checked"
*/
