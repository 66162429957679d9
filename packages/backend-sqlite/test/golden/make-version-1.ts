// Wrote version-1.db, when format 1 was the newest. The file is never written again: it is what old stores look like.
// node --conditions=@reprise/source make-version-1.ts <file>
import { sqliteBackend } from "@reprise/backend-sqlite";

const [file = ""] = process.argv.slice(2);
const backend = sqliteBackend({ file });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const writer = await backend.acquire("run-1", { owner: "golden", create: "must" });
await writer.append([bytes('{"k":"run"}'), bytes("second")], { expect: 0, header: { createdAt: 1000, updatedAt: 2000, tags: ["golden", "übung"], pipelineName: "essay", status: "awaiting", wakeAt: 9000 } });
await writer.append([new Uint8Array(), Uint8Array.from({ length: 256 }, (_, value) => value)], { expect: 2, durability: "process" });
await writer.release();
const second = await backend.acquire("run-1", { owner: "golden", create: "never" });
await second.append([bytes("of the second epoch")], { expect: 4 });
await second.release();
for (const id of ["m-1", "m-2"]) await backend.post("run-1", id, bytes(`message ${id}`));

const child = await backend.acquire("run/子", { owner: "golden", create: "must" });
await child.append([bytes("child")], { expect: 0, header: { createdAt: 1001, updatedAt: 1001, tags: [], parentStateId: "run-1", status: "completed" } });
await child.release();

const removed = await backend.acquire("run-gone", { owner: "golden", create: "must" });
await backend.remove("run-gone", { writer: removed });
await backend.artifacts?.put(bytes("an artifact"));
await backend.close();
