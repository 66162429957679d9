// A process that holds a run and appends until it is killed, or has appended as often as asked. Says what was acknowledged.
// node --conditions=@reprise/source child-writer.ts <file> <stateId> <name> <appends> [elsewhere]
import { writeSync } from "node:fs";
import { realProcesses, sqliteBackend } from "@reprise/backend-sqlite";

const [file = "", stateId = "", name = "", appends = "Infinity", elsewhere] = process.argv.slice(2);
const { self, find } = realProcesses();
// As in another container: others see its beat only.
const hidden = elsewhere === undefined ? {} : { ttlMs: 300, processes: { self: { ...self, pidNamespace: "another" }, find } };
const backend = sqliteBackend({ file, ...hidden });
const uid = Number(process.env["REPRISE_WRITER_UID"] ?? Number.NaN);
if (!Number.isNaN(uid)) {
  process.setgroups?.([]);
  process.setgid?.(uid);
  process.setuid?.(uid);
}
const say = (line: string): void => void writeSync(1, `${line}\n`);

try {
  const writer = await backend.acquire(stateId, { owner: name, create: "may" });
  say(`acquired ${writer.epoch} ${writer.lastSeq}`);
  let expect = writer.lastSeq;
  for (let count = 1; count <= Number(appends); count += 3) {
    const group = [count, count + 1, count + 2].map(async (number) => {
      expect += 1;
      const seq = await writer.append([Buffer.from(`${name}:${number}`)], { expect: expect - 1, durability: number % 3 === 0 ? "process" : "power" });
      say(`acknowledged ${seq} ${name}:${number}`);
    });
    await Promise.all(group);
    // Whoever stops it should not find it in a commit, where it has the lock.
    if (elsewhere !== undefined) await new Promise((resolve) => void setTimeout(resolve, 50));
  }
  await writer.release();
  await backend.close();
  say("done");
} catch (error) {
  say(`failed ${(error as { code?: string }).code ?? String(error)}`);
}
