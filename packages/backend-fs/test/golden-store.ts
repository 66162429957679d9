import { fsBackend } from "@reprise/backend-fs";
import { SimDisk } from "./sim-disk.ts";
import { SimMachine, SimSystem } from "./sim-system.ts";

/**
 * A store with one of everything that a format has, by processes whose clock and names are always the same: `run-1` with a holder
 * that let go, one that died with an end that nothing proves, and one that went on; a compacted run, a removed one, unread messages, a content.
 */
export async function writeGoldenStore(): Promise<Map<string, string>> {
  const system = new SimSystem();
  const machine = new SimMachine();
  const disk = new SimDisk(() => system.now());
  const begin = () => {
    const { pid, ...processes } = machine.start();
    return { backend: fsBackend({ dir: "/store", io: disk.io(), system, processes }), die: () => machine.end(pid) };
  };
  const bytes = (...texts: string[]): Buffer[] => texts.map((text) => Buffer.from(text));

  const first = begin();
  const one = await first.backend.acquire("run-1", { owner: "first", create: "must" });
  await one.append(bytes('{"k":"run"}'), { expect: 0, header: { status: "running", createdAt: 5, updatedAt: 5, tags: ["golden"], pipelineName: "p" } });
  await one.append(bytes('{"n":2}', '{"n":3}'), { expect: 1 });
  await first.backend.post("run-1", "m-1", Buffer.from('{"to":"wait"}'));
  await one.release();
  first.die();
  const second = begin();
  const two = await second.backend.acquire("run-1", { owner: "second", create: "never" });
  await two.append(bytes('{"n":4}'), { expect: 3 });
  await two.append(bytes('{"n":5,"text":"\u00e4\u0000\u{1f600}"}'), { expect: 4, durability: "process" });
  second.die();
  const third = begin();
  const three = await third.backend.acquire("run-1", { owner: "third", create: "never" });
  await three.append(bytes(""), { expect: 5, header: { wakeAt: 99, status: "awaiting" } });
  await three.release();

  const compacted = await third.backend.acquire("RUN 2", { owner: "third", create: "must" });
  await compacted.append(bytes('{"n":1}', '{"n":2}'), { expect: 0 });
  await compacted.append(bytes('{"n":3}'), { expect: 2 });
  await compacted.compact?.([[2, 2]], Buffer.from('{"k":"gone"}'));
  await compacted.release();
  const removed = await third.backend.acquire("run-3", { owner: "third", create: "must" });
  await third.backend.remove("run-3", { writer: removed });
  await third.backend.artifacts?.put(Buffer.from("content"));
  await third.backend.close();
  return new Map([...disk.files()].map(([path, content]) => [path.slice("/store/".length), Buffer.from(content).toString("utf8")]));
}
