import type { StateBackend, StateWriter } from "@reprise/core/spi";
import { expect } from "vitest";
import { bytesOf, collect, hold, records, rejection, textOf, textsOf, type SuiteContext } from "./suite-context.ts";

/** What `compact` takes away, and what it leaves: G11. Nothing of it for a backend whose writers have none. */
export function compactCases({ open, abandon, reopen, test }: SuiteContext): void {
  const compacting = async (): Promise<{ readonly backend: StateBackend; readonly writer: StateWriter; readonly compact: NonNullable<StateWriter["compact"]> } | undefined> => {
    const backend = await open();
    const earlier = await hold(backend);
    await earlier.append(records(4), { expect: 0, header: { tags: ["t"] } });
    await earlier.append(records(4, 5), { expect: 4 });
    await earlier.release();
    const writer = await hold(backend);
    if (writer.compact === undefined) return undefined;
    await writer.append(records(2, 9), { expect: 8 });
    return { backend, writer, compact: writer.compact.bind(writer) };
  };
  const filler = bytesOf("-");
  const left = ["r1", "-", "-", "r4", "r5", "-", "r7", "r8", "r9", "-"];

  test("G11: the records in the ranges are replaced, all others keep seq, epoch and bytes, and the writer goes on", async () => {
    const given = await compacting();
    if (given === undefined) return;
    const { backend, writer, compact } = given;
    const before = await collect(backend.read("run-1"));
    const own = filler.slice();
    const done = compact([[2, 3], [6, 6], [10, 10]], own);
    own.fill(0);
    expect((await done).bytes).toBeTypeOf("number");
    const after = await collect(backend.read("run-1"));
    expect(after.map(({ seq, epoch }) => [seq, epoch])).toEqual(before.map(({ seq, epoch }) => [seq, epoch]));
    expect(after.map(({ bytes }) => textOf(bytes))).toEqual(left);
    expect(await writer.append(records(1, 11), { expect: 10 })).toBe(11);
    expect(await backend.head("run-1")).toMatchObject({ lastSeq: 11, tags: ["t"], lease: "live", epoch: writer.epoch });
    expect((await backend.verify?.("run-1")) ?? []).toEqual([]);
    await writer.release();
    const next = await hold(backend);
    expect(next.epoch).toBeGreaterThan(writer.epoch);
    expect((await collect(next.recovered())).map(({ bytes }) => textOf(bytes))).toEqual([...left, "r11"]);
  });

  test("G11: ranges that do not rise within the journal are refused and change nothing", async () => {
    const given = await compacting();
    if (given === undefined) return;
    for (const wrong of [[[0, 1]], [[3, 2]], [[1, 11]], [[1, 2], [2, 3]], [[1.5, 2]], [[Number.NaN, 2]]] as [number, number][][]) {
      expect(await rejection(given.compact(wrong, filler)), JSON.stringify(wrong)).toMatchObject({ code: "INVALID_OPTION" });
    }
    expect(await textsOf(given.backend)).toEqual(records(10).map(textOf));
    await given.compact([], filler);
    expect(await textsOf(given.backend)).toEqual(records(10).map(textOf));
  });

  test("G11: readers beside a compaction see the journal as it was or as it is, whole", async () => {
    const given = await compacting();
    if (given === undefined) return;
    const { backend, compact } = given;
    const reading = Array.from({ length: 8 }, async (_, index) => {
      for (let turn = 0; turn < index; turn += 1) await new Promise((resolve) => void setTimeout(resolve, 0));
      return textsOf(backend);
    });
    await Promise.all([compact([[2, 3], [6, 6], [10, 10]], filler), ...reading]);
    for (const texts of await Promise.all(reading)) expect([left, records(10).map(textOf)]).toContainEqual(texts);
  });

  test("G5: a holder that was taken over neither compacts nor appends after its successor has compacted", async () => {
    const given = await compacting();
    if (given === undefined) return;
    const { backend, writer: zombie, compact } = given;
    await abandon(backend, "run-1");
    const next = await hold(backend);
    await next.compact?.([[2, 3]], filler);
    expect(await rejection(compact([[4, 4]], filler))).toMatchObject({ code: "FENCED" });
    expect(await rejection(zombie.append(records(1, 11), { expect: 10 }))).toMatchObject({ code: "FENCED" });
    expect((await textsOf(backend)).slice(0, 5)).toEqual(["r1", "-", "-", "r4", "r5"]);
    await next.release();
    expect(await rejection((next.compact as NonNullable<StateWriter["compact"]>)([], filler))).toMatchObject({ code: "CLOSED" });
  });

  if (reopen === undefined) return;

  test("G11: what was compacted is what a later process finds", async () => {
    const given = await compacting();
    if (given === undefined) return;
    await given.compact([[2, 3], [6, 6], [10, 10]], filler);
    await given.backend.close();
    const later = await reopen(given.backend);
    expect(await textsOf(later)).toEqual(left);
    expect((await hold(later)).lastSeq).toBe(10);
  });
}
