import type { AppendOptions } from "@reprise/core/spi";
import { expect } from "vitest";
import { bytesOf, collect, hold, records, rejection, textOf, textsOf, type SuiteContext } from "./suite-context.ts";

/** Order and acknowledgement: G2, G3 and the end of a writer. */
export function orderCases({ open, test }: SuiteContext): void {
  test("G2: seqs are dense over 10,000 appends", { timeout: 60_000 }, async () => {
    const backend = await open();
    const writer = await hold(backend);
    for (let done = 0; done < 10_000; done += 500) {
      await Promise.all(Array.from({ length: 500 }, (_, index) => writer.append([bytesOf(`${done + index}`)], { expect: done + index })));
    }
    const found = await collect(backend.read("run-1"));
    expect(found).toHaveLength(10_000);
    expect(found.every((record, index) => record.seq === index + 1 && textOf(record.bytes) === `${index}`)).toBe(true);
  });

  test("G2: appends that nobody waited for commit in call order and are acknowledged in call order, whatever their durability", async () => {
    const backend = await open();
    const writer = await hold(backend);
    const kinds: Omit<AppendOptions, "expect">[] = [
      {},
      { durability: "process" },
      { durability: "process", fence: false },
      { durability: "none" },
      { fence: false },
      { durability: "power", header: { pipelineName: "p" } },
    ];
    const acknowledged: number[] = [];
    const pending: Promise<unknown>[] = [];
    for (let call = 0; call < 120; call += 1) {
      const append = writer.append(records(2, 2 * call + 1), { ...kinds[(call * 7) % kinds.length], expect: 2 * call });
      pending.push(append.then((seq) => acknowledged.push(seq)));
      // Some calls arrive while earlier ones are being written.
      if (call % 20 === 19) await pending[call - 15];
    }
    await Promise.all(pending);
    expect(acknowledged).toEqual(Array.from({ length: 120 }, (_, call) => 2 * call + 2));
    expect(await textsOf(backend)).toEqual(records(240).map(textOf));
  });

  test("G3: lastSeq of a writer covers exactly what is acknowledged", async () => {
    const backend = await open();
    const writer = await hold(backend);
    for (let seq = 1; seq <= 5; seq += 1) {
      await writer.append(records(1, seq), { expect: seq - 1 });
      expect(writer.lastSeq).toBe(seq);
      expect((await backend.head("run-1"))?.lastSeq).toBe(seq);
    }
  });

  test("G3: release waits for pending appends, then refuses more with CLOSED", async () => {
    const backend = await open();
    const writer = await hold(backend);
    const pending = [writer.append(records(1), { expect: 0 }), writer.append(records(1, 2), { expect: 1 })];
    await writer.release();
    expect(await Promise.all(pending)).toEqual([1, 2]);
    expect(await rejection(writer.append(records(1, 3), { expect: 2 }))).toMatchObject({ code: "CLOSED", indeterminate: false });
    expect(await textsOf(backend)).toEqual(["r1", "r2"]);
  });

  test("CLOSED: close settles pending appends, releases writers and refuses everything afterwards", async () => {
    const backend = await open();
    const writer = await hold(backend);
    const pending = writer.append(records(1), { expect: 0 });
    await backend.close();
    await backend.close();
    expect(await pending).toBe(1);
    for (const use of [
      () => writer.append(records(1, 2), { expect: 1 }),
      () => hold(backend, "run-2"),
      () => backend.head("run-1"),
      () => backend.list(),
      () => collect(backend.read("run-1")),
      () => backend.remove("run-1", { force: true }),
    ]) {
      expect(await rejection(use())).toMatchObject({ code: "CLOSED" });
    }
  });

  test("G3: flush and renew resolve while the run is held and reject with CLOSED afterwards", async () => {
    const backend = await open();
    const writer = await hold(backend);
    await writer.append(records(1), { expect: 0, durability: "process" });
    await writer.flush();
    await writer.renew();
    await writer.release();
    expect(await rejection(writer.flush())).toMatchObject({ code: "CLOSED" });
    expect(await rejection(writer.renew())).toMatchObject({ code: "CLOSED" });
  });
}
