// A process that holds a run and appends until it is killed. Says what was acknowledged on standard output.
// node --conditions=@reprise/source child-writer.ts <dir> <stateId> <name> [host]
import { writeSync } from "node:fs";
import { fsBackend } from "@reprise/backend-fs";

const [dir = "", stateId = "", name = "", host] = process.argv.slice(2);
const backend = fsBackend({ dir, ...(host === undefined ? {} : { host, ttlMs: 300 }) });
const say = (line: string): void => void writeSync(1, `${line}\n`);

try {
  const writer = await backend.acquire(stateId, { owner: name, create: "may" });
  say(`acquired ${writer.epoch} ${writer.lastSeq}`);
  let expect = writer.lastSeq;
  for (let count = 1; ; count += 3) {
    const appends = [count, count + 1, count + 2].map(async (number) => {
      expect += 1;
      const seq = await writer.append([Buffer.from(`${name}:${number}`)], { expect: expect - 1, durability: number % 3 === 0 ? "process" : "power" });
      say(`acknowledged ${seq} ${name}:${number}`);
    });
    await Promise.all(appends);
  }
} catch (error) {
  say(`failed ${(error as { code?: string }).code ?? String(error)}`);
}
