import { LeaseHeldError } from "@reprise/core/spi";
import { expect } from "vitest";
import { hold, records, rejection, textsOf, type SuiteContext } from "./suite-context.ts";

/** Who may extend a run: `acquire` and `release`. */
export function leaseCases(context: SuiteContext): void {
  holders(context);
  waiters(context);
}

function holders({ open, test }: SuiteContext): void {
  test("LEASE_HELD: a second acquire while the run is held names the holder and since when", async () => {
    const backend = await open();
    const before = Date.now();
    const writer = await hold(backend, "run-1", { owner: "first" });
    const error = await rejection(hold(backend, "run-1", { owner: "second" }));
    expect(error).toBeInstanceOf(LeaseHeldError);
    expect(error).toMatchObject({ code: "LEASE_HELD", owner: "first", retry: "later", indeterminate: false });
    expect((error as LeaseHeldError).since ?? before).toBeGreaterThanOrEqual(before - 1000);
    expect(await writer.append(records(1), { expect: 0 })).toBe(1);
  });

  test("a released run can be acquired at once, and the epoch grows", async () => {
    const backend = await open();
    let last = 0;
    for (let round = 0; round < 5; round += 1) {
      const writer = await hold(backend);
      expect(writer.epoch).toBeGreaterThan(last);
      expect((await backend.head("run-1"))?.epoch).toBe(writer.epoch);
      last = writer.epoch;
      await writer.release();
    }
  });

  test("release is idempotent and is what `await using` calls", async () => {
    const backend = await open();
    {
      await using writer = await hold(backend);
      await writer.append(records(1), { expect: 0 });
    }
    const writer = await hold(backend);
    await writer.release();
    await writer.release();
    await Promise.all([writer.release(), writer[Symbol.asyncDispose]()]);
    expect(writer.signal.aborted).toBe(false);
    expect((await hold(backend)).lastSeq).toBe(1);
  });

  test("create: must refuses a run that exists, never one that does not, may takes both", async () => {
    const backend = await open();
    expect(await rejection(hold(backend, "run-1", { create: "never" }))).toMatchObject({ code: "NOT_FOUND", stateId: "run-1" });
    expect(await backend.head("run-1")).toBeUndefined();
    expect((await backend.list()).rows).toEqual([]);
    const writer = await hold(backend, "run-1", { create: "must" });
    expect(await rejection(hold(backend, "run-1", { create: "must" }))).toMatchObject({ code: "ALREADY_EXISTS", stateId: "run-1" });
    await writer.release();
    expect(await rejection(hold(backend, "run-1", { create: "must" }))).toMatchObject({ code: "ALREADY_EXISTS" });
    await (await hold(backend, "run-1", { create: "never" })).release();
    await (await hold(backend, "run-1", { create: "may" })).release();
  });
}

function waiters({ open, test }: SuiteContext): void {
  test("of many who acquire at once exactly one gets the run", async () => {
    const backend = await open();
    for (const create of ["must", "may", "never"] as const) {
      const stateId = create === "never" ? "run-may" : `run-${create}`;
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => hold(backend, stateId, { create })));
      const winners = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      expect(winners).toHaveLength(1);
      for (const result of results) {
        if (result.status === "rejected") expect(["LEASE_HELD", "ALREADY_EXISTS"]).toContain((result.reason as { code: string }).code);
      }
      const writer = winners[0]!;
      await writer.append(records(1), { expect: writer.lastSeq });
      await writer.release();
    }
    expect(await textsOf(backend, "run-may")).toHaveLength(2);
  });

  test("waitMs waits for the holder to let go", async () => {
    const backend = await open();
    const first = await hold(backend);
    await first.append(records(1), { expect: 0 });
    const second = hold(backend, "run-1", { waitMs: 20_000 });
    await first.release();
    expect((await second).lastSeq).toBe(1);
  });

  test("an aborted signal ends acquire with its reason, before and while it waits", async () => {
    const backend = await open();
    const reason = new Error("enough");
    expect(await rejection(hold(backend, "run-1", { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(await backend.head("run-1")).toBeUndefined();
    await hold(backend);
    const controller = new AbortController();
    const waiting = rejection(hold(backend, "run-1", { waitMs: 20_000, signal: controller.signal }));
    setTimeout(() => controller.abort(reason), 5);
    expect(await waiting).toBe(reason);
  });
}
