import { expect } from "vitest";
import { bytesOf, collect, hold, records, rejection, textOf, textsOf, type SuiteContext } from "./suite-context.ts";

/** What a later process finds; only for backends that outlive theirs. */
export function reopenCases({ open, reopen, abandon, test }: SuiteContext): void {
  if (reopen === undefined) return;

  test("G3: reopening shows everything acknowledged, with seqs, epochs, headers and order", async () => {
    const first = await open();
    const writer = await hold(first);
    await writer.append(records(3), { expect: 0, header: { createdAt: 5, tags: ["t"], status: "paused" } });
    await writer.append(records(1, 4), { expect: 3, durability: "process" });
    await first.close();
    const second = await reopen(first);
    expect((await collect(second.read("run-1"))).map(({ seq, epoch, bytes }) => [seq, epoch, textOf(bytes)])).toEqual(
      [1, 2, 3, 4].map((seq) => [seq, writer.epoch, `r${seq}`]),
    );
    const { rows } = await second.list({ tags: ["t"] });
    expect(rows).toMatchObject([{ stateId: "run-1", lastSeq: 4, createdAt: 5, status: "paused", lease: "none", epoch: writer.epoch }]);
    expect(await rejection(hold(second, "run-1", { create: "must" }))).toMatchObject({ code: "ALREADY_EXISTS" });
  });

  test("epochs grow over reopening, death and removal", async () => {
    let backend = await open();
    let last = 0;
    for (const end of ["release", "close", "die", "remove", "release", "die"] as const) {
      const writer = await hold(backend);
      expect(writer.epoch).toBeGreaterThan(last);
      last = writer.epoch;
      await writer.append([bytesOf(end)], { expect: writer.lastSeq });
      if (end === "release") await writer.release();
      if (end === "remove") await backend.remove("run-1", { writer });
      if (end === "die") await abandon(backend, "run-1");
      else await backend.close();
      backend = await reopen(backend);
    }
    expect(await textsOf(backend)).toEqual(["release", "die"]);
  });

  test("G4: each record keeps the epoch of the writer that appended it, over takeovers", async () => {
    let backend = await open();
    const expected: [number, string][] = [];
    for (let round = 0; round < 4; round += 1) {
      const writer = await hold(backend);
      for (const text of [`a${round}`, `b${round}`]) {
        await writer.append([bytesOf(text)], { expect: expected.length });
        expected.push([writer.epoch, text]);
      }
      await abandon(backend, "run-1");
      backend = await reopen(backend);
    }
    const found = await collect(backend.read("run-1"));
    expect(found.map((record) => [record.epoch, textOf(record.bytes)])).toEqual(expected);
    expect((await collect((await hold(backend)).recovered())).map((record) => record.epoch)).toEqual(expected.map(([epoch]) => epoch));
  });
}
