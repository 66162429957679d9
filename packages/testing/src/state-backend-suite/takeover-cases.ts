import { isRepriseError } from "@reprise/core/spi";
import { expect } from "vitest";
import { bytesOf, collect, hold, records, rejection, textOf, textsOf, type SuiteContext } from "./suite-context.ts";

/** What an old holder can still do after a takeover or a removal: nothing. G4, G5. */
export function takeoverCases(context: SuiteContext): void {
  fencedWriters(context);
  removedRuns(context);
}

function fencedWriters({ open, abandon, test }: SuiteContext): void {
  test("G5: after a takeover the old holder's append is FENCED, invisible, and aborts its signal", async () => {
    const backend = await open();
    const zombie = await hold(backend);
    await zombie.append(records(2), { expect: 0 });
    await abandon(backend, "run-1");
    const next = await hold(backend);
    expect(next.epoch).toBeGreaterThan(zombie.epoch);
    expect(next.lastSeq).toBe(2);
    expect(await rejection(zombie.append([bytesOf("late")], { expect: 2 }))).toMatchObject({ code: "FENCED", retry: "reacquire", stateId: "run-1" });
    expect(zombie.signal.aborted).toBe(true);
    expect(isRepriseError(zombie.signal.reason, "FENCED")).toBe(true);
    expect(await textsOf(backend)).toEqual(["r1", "r2"]);
    await next.append(records(1, 3), { expect: 2 });
    expect(await textsOf(backend)).toEqual(["r1", "r2", "r3"]);
  });

  test("G5: what a fenced holder wrote without the fence check never becomes visible to the next", async () => {
    const backend = await open();
    const zombie = await hold(backend);
    await zombie.append(records(1), { expect: 0 });
    await abandon(backend, "run-1");
    const next = await hold(backend);
    // Acknowledged or not: `fence: false` is excepted from G5's first half, not from its second.
    await zombie.append([bytesOf("late")], { expect: 1, durability: "process", fence: false }).catch(() => undefined);
    await next.append(records(1, 2), { expect: 1 });
    expect(await textsOf(backend)).toEqual(["r1", "r2"]);
    await next.release();
    expect((await collect((await hold(backend)).recovered())).map((record) => textOf(record.bytes))).toEqual(["r1", "r2"]);
  });

  test("G4: an append in flight during a takeover is acknowledged only if the next holder sees it", async () => {
    const backend = await open();
    for (let round = 0; round < 20; round += 1) {
      const stateId = `run-${round}`;
      const zombie = await hold(backend, stateId);
      await zombie.append(records(1), { expect: 0 });
      await abandon(backend, stateId);
      const settled: (number | undefined)[] = [];
      const appending = Array.from({ length: 10 }, (_, index) =>
        zombie.append(records(1, index + 2), { expect: index + 1 }).then(
          (seq) => settled.push(seq),
          (error: unknown) => expect(isRepriseError(error, "FENCED")).toBe(true),
        ),
      );
      for (let turn = 0; turn < round % 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      const next = await hold(backend, stateId);
      await Promise.all(appending);
      const seen = (await collect(next.recovered())).map((record) => textOf(record.bytes));
      expect(seen).toEqual(records(seen.length).map(textOf));
      expect(seen.length).toBeGreaterThanOrEqual(Math.max(1, ...settled.map((seq) => seq ?? 0)));
      expect(await textsOf(backend, stateId)).toEqual(seen);
    }
  });

  test("G5: an old holder that is released, renewed or flushed after a takeover does not disturb the new one", async () => {
    const backend = await open();
    const zombie = await hold(backend);
    await abandon(backend, "run-1");
    const next = await hold(backend);
    expect(await rejection(zombie.renew())).toMatchObject({ code: "FENCED" });
    await zombie.release();
    await zombie.release();
    expect((await backend.head("run-1"))?.lease).toBe("live");
    expect(await rejection(hold(backend))).toMatchObject({ code: "LEASE_HELD" });
    expect(await next.append(records(1), { expect: 0 })).toBe(1);
  });
}

function removedRuns({ open, abandon, test }: SuiteContext): void {
  test("epochs keep growing over removal, so a holder from before it stays fenced", async () => {
    const backend = await open();
    const zombie = await hold(backend);
    await zombie.append(records(3), { expect: 0 });
    await backend.remove("run-1", { force: true });
    expect(await backend.head("run-1")).toBeUndefined();
    expect(await rejection(collect(backend.read("run-1")))).toMatchObject({ code: "NOT_FOUND" });
    const next = await hold(backend, "run-1", { create: "must" });
    expect(next.epoch).toBeGreaterThan(zombie.epoch);
    expect(next.lastSeq).toBe(0);
    await next.append([bytesOf("new")], { expect: 0 });
    expect(await rejection(zombie.append([bytesOf("late")], { expect: 3 }))).toMatchObject({ code: "FENCED" });
    await zombie.release();
    expect(await textsOf(backend)).toEqual(["new"]);
  });

  test("remove needs a writer that still holds the run, or force", async () => {
    const backend = await open();
    expect(await rejection(backend.remove("run-1", { force: true }))).toMatchObject({ code: "NOT_FOUND" });
    const zombie = await hold(backend);
    await abandon(backend, "run-1");
    const next = await hold(backend);
    expect(await rejection(backend.remove("run-1", { writer: zombie }))).toMatchObject({ code: "FENCED" });
    const other = await hold(backend, "run-2");
    expect(await rejection(backend.remove("run-1", { writer: other }))).toMatchObject({ code: "INVALID_OPTION" });
    expect(await backend.head("run-1")).toBeDefined();
    await backend.remove("run-1", { writer: next });
    expect(await backend.head("run-1")).toBeUndefined();
    expect((await backend.list()).rows.map((row) => row.stateId)).toEqual(["run-2"]);
  });
}
