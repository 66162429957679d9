import { isRepriseError, RepriseError } from "@reprise/core/spi";
import { expect } from "vitest";
import { collect, hold, records, rejection, type SuiteContext } from "./suite-context.ts";

/** Every rejection is an error that a caller can act on. */
export function errorCases({ open, abandon, test }: SuiteContext): void {
  test("every refusal is a RepriseError with a code, an advice, a definite outcome and the run's id", async () => {
    const backend = await open();
    const writer = await hold(backend);
    const released = await hold(backend, "run-2");
    await released.release();
    const zombie = await hold(backend, "run-3");
    await abandon(backend, "run-3");
    await hold(backend, "run-3");
    const refusals: [string, string, () => Promise<unknown>][] = [
      ["INVALID_ID", "never", () => hold(backend, "a\nb")],
      ["LIMIT", "never", () => writer.append([], { expect: 0 })],
      ["CONFLICT", "never", () => writer.append(records(1), { expect: 5 })],
      ["LEASE_HELD", "later", () => hold(backend)],
      ["ALREADY_EXISTS", "never", () => hold(backend, "run-1", { create: "must" })],
      ["NOT_FOUND", "never", () => hold(backend, "run-9", { create: "never" })],
      ["NOT_FOUND", "never", () => collect(backend.read("run-9"))],
      ["NOT_FOUND", "never", () => backend.remove("run-9", { force: true })],
      ["CLOSED", "never", () => released.append(records(1), { expect: 0 })],
      ["FENCED", "reacquire", () => zombie.renew()],
    ];
    for (const [code, retry, use] of refusals) {
      const error = await rejection(use());
      expect(error, code).toBeInstanceOf(RepriseError);
      expect(isRepriseError(error) && error.stateId, code).toMatch(/^(run-\d|a\nb)$/);
      expect(error).toMatchObject({ code, retry, indeterminate: false });
    }
  });

  test("G8: a writer that was fenced stays fenced, and says so without touching the store", async () => {
    const backend = await open();
    const zombie = await hold(backend);
    await abandon(backend, "run-1");
    await hold(backend);
    await rejection(zombie.append(records(1), { expect: 0 }));
    for (let round = 0; round < 3; round += 1) {
      expect(await rejection(zombie.append(records(1), { expect: 0 }))).toMatchObject({ code: "FENCED", indeterminate: false });
    }
    expect(await rejection(zombie.flush())).toMatchObject({ code: "FENCED" });
  });
}
