import { memoryBackend } from "@reprise/backend-memory";
import { RepriseError, type StateBackend, type StateWriter } from "@reprise/core/spi";
import { expect, test } from "vitest";
import type { Faults, FaultyOperation } from "./fault.ts";
import { faultyBackend } from "./faulty-backend.ts";
import { virtualSystem } from "./virtual-system.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const open = (backend: StateBackend): Promise<StateWriter> => backend.acquire("run", { owner: "test", create: "may" });

async function journalOf(backend: StateBackend): Promise<string> {
  let text = "";
  for await (const batch of backend.read("run")) for (const record of batch) text += new TextDecoder().decode(record.bytes);
  return text;
}

test("does nothing where nothing is planned, and counts appends", async () => {
  const disk = faultyBackend(memoryBackend());
  const writer = await open(disk);
  expect(await Promise.all([writer.append([bytes("a")], { expect: 0 }), writer.append([bytes("b")], { expect: 1 })])).toEqual([1, 2]);
  expect({ counts: disk.counts, lastSeq: writer.lastSeq, journal: await journalOf(disk) }).toEqual({ counts: { acquire: 1, append: 2 }, lastSeq: 2, journal: "ab" });
  await writer.release();
  await open(disk);
  await disk.remove("run", { force: true });
});

test("fail writes nothing, rejects and poisons the writer; a new one goes on", async () => {
  const disk = faultyBackend(memoryBackend(), { faults: { append: { 2: { kind: "fail" } } } });
  const writer = await open(disk);
  await writer.append([bytes("a")], { expect: 0 });
  await expect(writer.append([bytes("b")], { expect: 1 })).rejects.toMatchObject({ code: "IO" });
  expect(writer.signal.reason).toMatchObject({ code: "IO" });
  await expect(writer.append([bytes("c")], { expect: 1 })).rejects.toMatchObject({ code: "POISONED" });
  await expect(writer.flush()).rejects.toMatchObject({ code: "POISONED" });
  expect(await journalOf(disk)).toBe("a");
  await writer.release();
  const next = await open(disk);
  await next.append([bytes("d")], { expect: 1 });
  expect(await journalOf(disk)).toBe("ad");
});

test("fail rejects with the error of the plan", async () => {
  const error = new RepriseError("NO_SPACE", "disk full");
  const writer = await open(faultyBackend(memoryBackend(), { faults: { append: { 1: { kind: "fail", error } } } }));
  await expect(writer.append([bytes("a")], { expect: 0 })).rejects.toBe(error);
});

test("delay makes the acknowledgement late, and later ones wait for it", async () => {
  const system = virtualSystem();
  const disk = faultyBackend(memoryBackend({ system }), { system, faults: { append: { 1: { kind: "delay", delayMs: 50 } } } });
  const writer = await open(disk);
  const seen: string[] = [];
  const first = writer.append([bytes("a")], { expect: 0 }).then((seq) => seen.push(`${seq} at ${system.now()}`));
  const second = writer.append([bytes("b")], { expect: 1 }).then((seq) => seen.push(`${seq} at ${system.now()}`));
  await system.runUntil(Promise.all([first, second]));
  expect(seen).toEqual(["1 at 50", "2 at 50"]);
});

test.each([true, false])("tear (written: %s) rejects as indeterminate and poisons; appends asked for meanwhile are refused", async (written) => {
  const disk = faultyBackend(memoryBackend(), { faults: { append: { 2: { kind: "tear", done: written } } } });
  const writer = await open(disk);
  const appends = [writer.append([bytes("a")], { expect: 0 }), writer.append([bytes("b"), bytes("c")], { expect: 1 }), writer.append([bytes("d")], { expect: 3 })];
  const answers = await Promise.allSettled(appends);
  expect(answers[0]).toEqual({ status: "fulfilled", value: 1 });
  expect(answers[1]).toMatchObject({ status: "rejected", reason: { code: "POISONED", indeterminate: true } });
  expect(answers[2]).toMatchObject({ status: "rejected", reason: { code: "POISONED", indeterminate: false } });
  expect(writer.signal.aborted).toBe(true);
  expect(await journalOf(disk)).toBe(written ? "abc" : "a");
});

test.each([true, false])("crash (written: %s) kills the process in the append", async (written) => {
  const disk = faultyBackend(memoryBackend(), { faults: { append: { 1: { kind: "crash", done: written } } } });
  const writer = await open(disk);
  let answered = false;
  const answer = (): void => {
    answered = true;
  };
  writer.append([bytes("a")], { expect: 0 }).then(answer, answer);
  writer.append([bytes("b")], { expect: 1 }).then(answer, answer);
  await new Promise((resolve) => void setImmediate(resolve));
  expect(answered).toBe(false);
  expect((await disk.head("run"))?.lease).toBe("stale");
  expect(await journalOf(disk)).toBe(written ? "a" : "");
  const next = await open(disk);
  expect(await next.append([bytes("c")], { expect: written ? 1 : 0 })).toBe(written ? 2 : 1);
});

test("every operation of a backend, its writers and its artifacts can fail, be torn or be late, by its number", async () => {
  const system = virtualSystem();
  const open = (faults: Faults) => faultyBackend(memoryBackend({ system }), { system, faults });
  for (const operation of ["acquire", "read", "head", "list", "post", "remove", "recovered", "messages", "acknowledge", "flush", "renew", "compact", "release", "put", "get", "open", "stat"] as const) {
    const expected = { code: "IO", message: expect.stringContaining(`planned fault of ${operation}`) };
    for (const fault of [{ kind: "fail" }, { kind: "tear", done: true }, { kind: "tear", done: false }] as const) {
      const disk = open({ [operation]: { 2: fault } });
      expect(await outcomeOf(() => useAll(disk, operation)), operation).toBe("done");
      expect(await outcomeOf(() => useAll(disk, operation)), `${operation} ${JSON.stringify(fault)}`).toMatchObject(expected);
    }
    const late = open({ [operation]: { 1: { kind: "delay", delayMs: 700 } } });
    const before = system.now();
    await system.runUntil(useAll(late, operation));
    expect(system.now() - before, operation).toBe(700);
  }
});

test.each([true, false])("a message that is torn (left: %s) is told of as indeterminate, and there or not", async (done) => {
  const disk = faultyBackend(memoryBackend(), { faults: { post: { 1: { kind: "tear", done } } } });
  const writer = await open(disk);
  await expect(disk.post("run", "m", bytes("hello"))).rejects.toMatchObject({ code: "IO", indeterminate: true });
  const found: string[] = [];
  for await (const { id } of writer.messages()) found.push(id);
  expect(found).toEqual(done ? ["m"] : []);
});

test.each(["flush", "compact"] as const)("after a %s that failed the writer is poisoned", async (operation) => {
  const disk = faultyBackend(memoryBackend(), { faults: { [operation]: { 1: { kind: "fail" } } } });
  const writer = await open(disk);
  await writer.append([bytes("a"), bytes("b")], { expect: 0 });
  await expect(operation === "flush" ? writer.flush() : writer.compact?.([[1, 1]], bytes("x"))).rejects.toMatchObject({ code: "IO" });
  expect(writer.signal.reason).toMatchObject({ code: "IO" });
  await expect(writer.append([bytes("c")], { expect: 2 })).rejects.toMatchObject({ code: "POISONED" });
  expect(await journalOf(disk)).toBe("ab");
});

test.each(["post", "put", "read", "acknowledge", "release"] as const)("the process can die in a %s, and the next one goes on", async (operation) => {
  const strikes: string[] = [];
  const disk = faultyBackend(memoryBackend(), {
    faults: { [operation]: { 1: { kind: "crash", done: true } } },
    onFault: (strike) => strikes.push(`${strike.operation} ${strike.number} ${strike.fault.kind}`),
  });
  let answered = false;
  const answer = (): void => {
    answered = true;
  };
  useAll(disk, operation).then(answer, answer);
  await new Promise((resolve) => void setTimeout(resolve, 5));
  expect({ answered, strikes }).toEqual({ answered: false, strikes: [`${operation} 1 crash`] });
  await useAll(disk, operation);
});

/** Does one thing of each kind, so that the operation is called once. */
async function useAll(disk: StateBackend, operation: FaultyOperation): Promise<"done"> {
  if (operation === "acquire" || operation === "release") {
    await (await open(disk)).release();
    return "done";
  }
  const writer = await open(disk);
  const { artifacts } = disk;
  try {
    if (writer.lastSeq === 0) await writer.append([bytes("a"), bytes("b")], { expect: 0 });
    const message = `m-${operation}`;
    if (operation !== "post") await disk.post("run", message, bytes("hello"));
    const stored = operation === "put" ? undefined : await artifacts?.put(bytes("content"));
    const id = stored?.id ?? "";
    switch (operation) {
      case "read": await drained(disk.read("run")); break;
      case "head": await disk.head("run"); break;
      case "list": await disk.list(); break;
      case "post": await disk.post("run", message, bytes("hello")); break;
      case "recovered": await drained(writer.recovered()); break;
      case "messages": await drained(writer.messages()); break;
      case "acknowledge": await writer.acknowledge(message); break;
      case "flush": await writer.flush(); break;
      case "renew": await writer.renew(); break;
      case "compact": await writer.compact?.([[1, 1]], bytes("x")); break;
      case "put": await artifacts?.put(bytes("content")); break;
      case "get": await artifacts?.get(id); break;
      case "open": await drained(artifacts?.open(id) ?? []); break;
      case "stat": await artifacts?.stat(id); break;
      case "remove": await disk.remove("run", { force: true }); break;
      default: throw new Error(`nothing is done for ${operation}`);
    }
    return "done";
  } finally {
    await writer.release();
  }
}

async function drained(pieces: AsyncIterable<unknown> | Iterable<unknown>): Promise<void> {
  for await (const piece of pieces) expect(piece).toBeDefined();
}

async function outcomeOf(work: () => Promise<unknown>): Promise<unknown> {
  return work().catch((error: unknown) => error);
}
