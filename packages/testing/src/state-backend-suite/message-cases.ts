import type { Message, StateWriter } from "@reprise/core/spi";
import { expect } from "vitest";
import { bytesOf, hold, records, rejection, textOf, type SuiteContext } from "./suite-context.ts";

/** What is posted to runs, and what becomes of it. */
export function messageCases(context: SuiteContext): void {
  postCases(context);
  refusalCases(context);
  listenerCases(context);
  restartCases(context);
}

function postCases({ open, abandon, test }: SuiteContext): void {
  test("I4: whoever holds the run gets every message posted before, oldest first, again and again until it is acknowledged", async () => {
    const backend = await open();
    const writer = await hold(backend);
    expect(await messagesOf(writer)).toEqual([]);
    for (const id of ["m-2", "m-1", "z", "0_a"]) await backend.post("run-1", id, bytesOf(`text of ${id}`));
    const all = ["m-2 text of m-2", "m-1 text of m-1", "z text of z", "0_a text of 0_a"];
    expect(await messagesOf(writer)).toEqual(all);
    expect(await messagesOf(writer)).toEqual(all);
    await writer.acknowledge("m-1");
    await writer.acknowledge("m-1");
    await writer.acknowledge("never-posted");
    expect(await messagesOf(writer)).toEqual([all[0], all[2], all[3]]);
    await backend.post("run-1", "m-1", bytesOf("again"));
    expect((await messagesOf(writer)).at(-1)).toBe("m-1 again");
  });

  test("I4: a message whose id is waiting already is not left again", async () => {
    const backend = await open();
    const writer = await hold(backend);
    await backend.post("run-1", "m", bytesOf("first"));
    await backend.post("run-1", "m", bytesOf("second"));
    expect(await messagesOf(writer)).toEqual(["m first"]);
  });

  test("I4: a message needs no lease, disturbs nobody who has it, and is no record", async () => {
    const backend = await open();
    const writer = await hold(backend);
    await writer.append(records(1), { expect: 0 });
    await backend.post("run-1", "m", bytesOf("x"));
    expect(await writer.append(records(1, 2), { expect: 1 })).toBe(2);
    expect((await backend.head("run-1"))?.lastSeq).toBe(2);
    expect(writer.signal.aborted).toBe(false);
    await writer.release();
    await backend.post("run-1", "n", bytesOf("y"));
    expect(await messagesOf(await hold(backend))).toEqual(["m x", "n y"]);
  });

  test("I4: messages survive a takeover; those acknowledged before do not come back", async () => {
    const backend = await open();
    const first = await hold(backend);
    await backend.post("run-1", "m", bytesOf("x"));
    await backend.post("run-1", "n", bytesOf("y"));
    await first.acknowledge("m");
    await abandon(backend, "run-1");
    expect(await messagesOf(await hold(backend))).toEqual(["n y"]);
  });

  test("I4: messages belong to their run, and go with it", async () => {
    const backend = await open();
    await (await hold(backend, "run-1")).release();
    await (await hold(backend, "run-2")).release();
    await backend.post("run-1", "m", bytesOf("x"));
    expect(await messagesOf(await hold(backend, "run-2"))).toEqual([]);
    await backend.remove("run-1", { force: true });
    expect(await messagesOf(await hold(backend, "run-1"))).toEqual([]);
  });

  test("G9: the bytes of a message are what was posted, and nobody else's", async () => {
    const backend = await open();
    const writer = await hold(backend);
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const given = all.slice();
    const posted = backend.post("run-1", "all", given);
    await posted;
    given.fill(0);
    await backend.post("run-1", "none", new Uint8Array());
    for (const round of [1, 2]) {
      const [first, second] = await collectMessages(writer);
      expect(first?.bytes, `round ${round}`).toEqual(all);
      expect(second?.bytes).toEqual(new Uint8Array());
      first?.bytes.fill(7);
    }
  });
}

function refusalCases({ open, test }: SuiteContext): void {
  test("I4: what cannot be a message is refused: an unknown run, a bad id, too many bytes, too many messages", { timeout: 60_000 }, async () => {
    const backend = await open();
    expect(await rejection(backend.post("run-1", "m", bytesOf("x")))).toMatchObject({ code: "NOT_FOUND" });
    expect(await backend.head("run-1")).toBeUndefined();
    await hold(backend);
    for (const id of ["", "A", "a/b", "..", "ä", "a".repeat(65)]) expect(await rejection(backend.post("run-1", id, bytesOf("x"))), id).toMatchObject({ code: "INVALID_ID" });
    expect(await rejection(backend.post("", "m", bytesOf("x")))).toMatchObject({ code: "INVALID_ID" });
    expect(await rejection(backend.post("run-1", "m", new Uint8Array(backend.capabilities.maxRecordBytes + 1)))).toMatchObject({ code: "LIMIT" });
    for (let count = 0; count < 1_000; count += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => backend.post("run-1", `m${count + index}`, bytesOf("x"))));
    }
    expect(await rejection(backend.post("run-1", "one-more", bytesOf("x")))).toMatchObject({ code: "LIMIT", retry: "later" });
    await backend.post("run-1", "m0", bytesOf("x"));
  });

  test("I4: a writer that was released gives and removes no messages, a closed backend takes none", async () => {
    const backend = await open();
    const writer = await hold(backend);
    await backend.post("run-1", "m", bytesOf("x"));
    await writer.release();
    expect(await rejection(messagesOf(writer))).toMatchObject({ code: "CLOSED" });
    expect(await rejection(writer.acknowledge("m"))).toMatchObject({ code: "CLOSED" });
    await backend.close();
    expect(await rejection(backend.post("run-1", "n", bytesOf("y")))).toMatchObject({ code: "CLOSED" });
  });
}

function listenerCases({ open, test }: SuiteContext): void {
  test("I4: whoever listens is called soon after a message was posted, until it ends that or is released", async () => {
    const backend = await open();
    const writer = await hold(backend);
    let calls = 0;
    let heard: () => void = () => undefined;
    const called = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const stop = writer.onMessage(() => {
      calls += 1;
      heard();
    });
    await backend.post("run-1", "m", bytesOf("x"));
    await called;
    expect(await messagesOf(writer)).toEqual(["m x"]);
    stop();
    stop();
    writer.onMessage(() => void (calls += 100));
    await writer.release();
    const before = calls;
    await backend.post("run-1", "n", bytesOf("y"));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(calls).toBe(before);
  });

  test("I4, S4: a run with unread messages is due, unless it has ended", async () => {
    const backend = await open();
    for (const status of ["running", "awaiting", "paused", "completed", "failed"] as const) {
      const writer = await hold(backend, status);
      await writer.append(records(1), { expect: 0, header: { status } });
      await writer.release();
      await backend.post(status, "m", bytesOf("x"));
    }
    const due = async (): Promise<string[]> => (await backend.list({ dueBefore: 0 })).rows.map(({ stateId }) => stateId).toSorted();
    expect(await due()).toEqual(["awaiting", "paused", "running"]);
    const writer = await hold(backend, "awaiting");
    await writer.acknowledge("m");
    expect(await due()).toEqual(["paused", "running"]);
  });
}

function restartCases({ open, reopen, connect, abandon, test }: SuiteContext): void {
  if (reopen !== undefined) {
    test("G3: a message that was posted is there after a restart; one that was acknowledged is not", async () => {
      const backend = await open();
      const writer = await hold(backend);
      await backend.post("run-1", "m", bytesOf("x"));
      await backend.post("run-1", "n", bytesOf("y"));
      await writer.acknowledge("m");
      await abandon(backend, "run-1");
      expect(await messagesOf(await hold(await reopen(backend)))).toEqual(["n y"]);
    });
  }

  if (connect !== undefined) {
    test("I4: many may post at once, from several processes; nothing is lost and the holder is told", async () => {
      const backend = await open();
      const writer = await hold(backend);
      const others = [backend, await connect(backend), await connect(backend)];
      const told = new Promise<void>((resolve) => void writer.onMessage(resolve));
      await Promise.all(others.flatMap((other, who) => Array.from({ length: 8 }, (_, index) => other.post("run-1", `p${who}-${index}`, bytesOf("x")))));
      await told;
      expect(await messagesOf(writer)).toHaveLength(24);
    });
  }
}

async function collectMessages(writer: StateWriter): Promise<Message[]> {
  const found: Message[] = [];
  for await (const message of writer.messages()) found.push(message);
  return found;
}

async function messagesOf(writer: StateWriter): Promise<string[]> {
  return (await collectMessages(writer)).map(({ id, bytes }) => `${id} ${textOf(bytes)}`);
}

