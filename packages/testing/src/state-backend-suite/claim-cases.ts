import { expect } from "vitest";
import type { SuiteContext } from "./suite-context.ts";

/** What is claimed must be shown: a capability without the option that tries it is none. */
export function claimCases({ open, reopen, connect, damage, powerLossShownBy, test }: SuiteContext): void {
  test("claims: what outlives the process is tried by `reopen`, what others are excluded from by `connect`", async () => {
    const { durability, exclusion } = (await open()).capabilities;
    expect(durability === "none" || reopen !== undefined, `durability ${durability} without \`reopen\``).toBe(true);
    expect(exclusion === "process" || connect !== undefined, `exclusion ${exclusion} without \`connect\``).toBe(true);
  });

  test("claims: surviving a loss of power is shown by a test that is named in `powerLossShownBy`", async () => {
    const { durability } = (await open()).capabilities;
    expect(durability !== "power" || (powerLossShownBy ?? "") !== "", "durability power without `powerLossShownBy`").toBe(true);
  });

  test("claims: finding and saving damage is tried by `damage`", async () => {
    const backend = await open();
    expect((backend.verify === undefined && backend.salvage === undefined) || damage !== undefined, "it has verify or salvage: give the suite `damage`").toBe(true);
  });
}
