import { expect } from "vitest";
import { bytesOf, collect, hold, records, rejection, textOf, textsOf, type SuiteContext } from "./suite-context.ts";

/** Reading without a lease, and what a new holder is shown: G7, G10, G14. */
export function readCases(context: SuiteContext): void {
  readOnce(context);
  readBeside(context);
}

function readOnce({ open, test }: SuiteContext): void {
  test("an unknown run has no head and reading it is NOT_FOUND; one without records is empty", async () => {
    const backend = await open();
    expect(await backend.head("run-1")).toBeUndefined();
    expect(await rejection(collect(backend.read("run-1")))).toMatchObject({ code: "NOT_FOUND", stateId: "run-1" });
    const writer = await hold(backend);
    expect(await backend.head("run-1")).toMatchObject({ stateId: "run-1", lastSeq: 0, epoch: writer.epoch });
    expect(await collect(backend.read("run-1"))).toEqual([]);
    expect(await collect(writer.recovered())).toEqual([]);
  });

  test("read keeps to its borders, and beyond the end there is nothing", async () => {
    const backend = await open();
    const writer = await hold(backend);
    await writer.append(records(3), { expect: 0 });
    await writer.append(records(2, 4), { expect: 3 });
    const seqs = async (options: { from?: number; to?: number }): Promise<number[]> =>
      (await collect(backend.read("run-1", options))).map((record) => record.seq);
    expect(await seqs({})).toEqual([1, 2, 3, 4, 5]);
    expect(await seqs({ from: 2, to: 4 })).toEqual([2, 3, 4]);
    expect(await seqs({ from: 3, to: 3 })).toEqual([3]);
    expect(await seqs({ from: 5 })).toEqual([5]);
    expect(await seqs({ from: 6 })).toEqual([]);
    expect(await seqs({ from: 4, to: 2 })).toEqual([]);
    expect(await seqs({ from: 0, to: 99 })).toEqual([1, 2, 3, 4, 5]);
  });

  test("G7: a new holder is shown everything, from where it asks", async () => {
    const backend = await open();
    const first = await hold(backend);
    await first.append(records(700), { expect: 0 });
    await first.release();
    const second = await hold(backend);
    expect(second.lastSeq).toBe(700);
    expect((await collect(second.recovered())).map((record) => textOf(record.bytes))).toEqual(records(700).map(textOf));
    await second.append(records(1, 701), { expect: 700 });
    // What is appended later was not recovered.
    expect((await collect(second.recovered(699))).map((record) => record.seq)).toEqual([699, 700]);
    expect(await collect(second.recovered(701))).toEqual([]);
  });
}

function readBeside({ open, test }: SuiteContext): void {
  test("G14: a reader beside a writer sees growing prefixes, never a hole, and at least what was acknowledged", async () => {
    const backend = await open();
    const writer = await hold(backend);
    let acknowledged = 0;
    const writing = (async () => {
      for (let seq = 1; seq <= 200; seq += 1) acknowledged = await writer.append([bytesOf(`r${seq}`)], { expect: seq - 1 });
    })();
    let longest = 0;
    while (longest < 200) {
      const atLeast = acknowledged;
      const found = await textsOf(backend);
      expect(found).toEqual(records(found.length).map(textOf));
      expect(found.length).toBeGreaterThanOrEqual(Math.max(atLeast, longest));
      longest = found.length;
    }
    await writing;
  });

  test("a reader that stops early leaves nothing behind: the run can be read, extended and removed", async () => {
    const backend = await open();
    const writer = await hold(backend);
    await writer.append(records(1000), { expect: 0 });
    for (let round = 0; round < 20; round += 1) {
      for await (const batch of backend.read("run-1")) {
        expect(batch.length).toBeGreaterThan(0);
        break;
      }
    }
    await writer.append(records(1, 1001), { expect: 1000 });
    await backend.remove("run-1", { writer });
    expect(await backend.head("run-1")).toBeUndefined();
  });

  test("an aborted signal ends a read with its reason", async () => {
    const backend = await open();
    await (await hold(backend)).append(records(1000), { expect: 0 });
    const reason = new Error("enough");
    expect(await rejection(collect(backend.read("run-1", { signal: AbortSignal.abort(reason) })))).toBe(reason);
    const controller = new AbortController();
    const reading = (async () => {
      for await (const batch of backend.read("run-1", { signal: controller.signal })) {
        expect(batch[0]?.seq).toBe(1);
        controller.abort(reason);
      }
    })();
    expect(await rejection(reading)).toBe(reason);
  });

  test("G2: runs do not mix, 200 side by side", { timeout: 60_000 }, async () => {
    const backend = await open();
    const ids = Array.from({ length: 200 }, (_, index) => `run-${index}`);
    await Promise.all(
      ids.map(async (stateId) => {
        const writer = await hold(backend, stateId);
        for (let seq = 1; seq <= 3; seq += 1) await writer.append([bytesOf(`${stateId}:${seq}`)], { expect: seq - 1 });
        await writer.release();
      }),
    );
    for (const stateId of ids) expect(await textsOf(backend, stateId)).toEqual([1, 2, 3].map((seq) => `${stateId}:${seq}`));
  });
}
