import { expect } from "vitest";
import { bytesOf, hold, records, rejection, textsOf, type SuiteContext } from "./suite-context.ts";

/** Two backends on one storage, as in two processes. */
export function connectCases({ open, connect, abandon, test }: SuiteContext): void {
  if (connect === undefined) return;

  test("LEASE_HELD: a run held in one process cannot be acquired in another until it is released", async () => {
    const first = await open();
    const second = await connect(first);
    const writer = await hold(first, "run-1", { owner: "first" });
    expect(await rejection(hold(second))).toMatchObject({ code: "LEASE_HELD", owner: "first" });
    expect((await second.list()).rows).toMatchObject([{ stateId: "run-1", lease: "live" }]);
    const waiting = hold(second, "run-1", { waitMs: 20_000 });
    await writer.append(records(2), { expect: 0 });
    await writer.release();
    expect((await waiting).lastSeq).toBe(2);
  });

  test("G3: what one process was told is stored, another reads at once", async () => {
    const first = await open();
    const second = await connect(first);
    const writer = await hold(first);
    for (let seq = 1; seq <= 20; seq += 1) {
      await writer.append(records(1, seq), { expect: seq - 1, durability: seq % 2 === 0 ? "process" : "power" });
      expect(await textsOf(second)).toHaveLength(seq);
      expect((await second.head("run-1"))?.lastSeq).toBe(seq);
    }
  });

  test("G5: a holder in one process is fenced by a takeover in another", async () => {
    const first = await open();
    const zombie = await hold(first);
    await zombie.append(records(1), { expect: 0 });
    await abandon(first, "run-1");
    const second = await connect(first);
    const next = await hold(second);
    await next.append(records(1, 2), { expect: 1 });
    expect(await rejection(zombie.append([bytesOf("late")], { expect: 1 }))).toMatchObject({ code: "FENCED" });
    expect(await textsOf(first)).toEqual(["r1", "r2"]);
  });
}
