import { isRepriseError, type AcquireOptions, type StateBackend, type StoredRecord } from "@reprise/core/spi";
import { expect } from "vitest";
import { collect, hold, records, rejection, textOf, textsOf, type SuiteContext } from "./suite-context.ts";

/** Damage is loud, and can be looked for: G10. */
export function damageCases({ open, damage, test }: SuiteContext): void {
  test("S10: verify finds nothing where nothing is damaged, and knows no run that there is not", async () => {
    const backend = await open();
    if (backend.verify === undefined) return;
    const writer = await hold(backend);
    await writer.append(records(3), { expect: 0 });
    await backend.post("run-1", "m", new Uint8Array(3));
    expect(await backend.verify("run-1")).toEqual([]);
    await writer.release();
    expect(await backend.verify("run-1")).toEqual([]);
    expect(await rejection(backend.verify("run-9"))).toMatchObject({ code: "NOT_FOUND" });
  });

  test("S10: what is salvaged of an intact run is the run", async () => {
    const backend = await open();
    if (backend.salvage === undefined) return;
    const writer = await hold(backend);
    await writer.append(records(300), { expect: 0 });
    expect(await collect(backend.salvage("run-1"))).toEqual(await collect(backend.read("run-1")));
    expect(await rejection(collect(backend.salvage("run-9")))).toMatchObject({ code: "NOT_FOUND" });
  });

  if (damage === undefined) return;

  test("G10: a damaged run is CORRUPT to whoever reads it or takes it over, and others are not touched by it", async () => {
    const backend = await open();
    for (const stateId of ["run-1", "run-2"]) {
      const writer = await hold(backend, stateId);
      for (let seq = 1; seq <= 3; seq += 1) await writer.append(records(1, seq), { expect: seq - 1 });
      await writer.release();
    }
    await damage(backend, "run-1");
    expect(await rejection(collect(backend.read("run-1")))).toMatchObject({ code: "CORRUPT", retry: "never" });
    for (const create of ["may", "must", "never"] as const) {
      const error = await rejection(takeOver(backend, "run-1", create));
      expect(isRepriseError(error, "CORRUPT") || (create === "must" && isRepriseError(error, "ALREADY_EXISTS")), create).toBe(true);
    }
    expect(await textsOf(backend, "run-2")).toEqual(["r1", "r2", "r3"]);
    expect((await backend.list()).rows.map((row) => row.stateId)).toContain("run-2");
  });

  test("S10: verify finds the damage, salvage gives what lies before it", async () => {
    const backend = await open();
    const writer = await hold(backend);
    for (let seq = 1; seq <= 3; seq += 1) await writer.append(records(1, seq), { expect: seq - 1 });
    await writer.release();
    await damage(backend, "run-1");
    const found = (await backend.verify?.("run-1")) ?? [];
    if (backend.verify !== undefined) expect(found.map((error) => error.code)).toContain("CORRUPT");
    if (backend.salvage === undefined) return;
    const saved = (await collect(backend.salvage("run-1"))).map((record) => textOf(record.bytes));
    expect(saved).toEqual(records(saved.length).map(textOf));
    expect(saved.length).toBeLessThan(3);
  });
}

/** What a holder goes on from: that it cannot is said by `acquire` itself, or by what it recovers. */
async function takeOver(backend: StateBackend, stateId: string, create: AcquireOptions["create"]): Promise<readonly StoredRecord[]> {
  const writer = await hold(backend, stateId, { create });
  try {
    return await collect(writer.recovered());
  } finally {
    await writer.release();
  }
}
