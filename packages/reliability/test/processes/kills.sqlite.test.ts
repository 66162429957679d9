import { expect, test } from "vitest";
import { killAppenders, kills, killSeed } from "./kill-loop.ts";
import { report } from "./support/report.ts";
import { storeKinds } from "./support/store-kind.ts";

test(`G1, G2, G3, G4: sqlite: ${kills} processes killed at random moments (seed ${killSeed}) lose nothing acknowledged, and each is taken over at once`, { timeout: 120_000 + kills * 6_000 }, async () => {
  const started = performance.now();
  const { acknowledged, killedEarly } = await killAppenders(storeKinds.sqlite, kills, killSeed);
  report(`sqlite: ${kills} kills (${killedEarly} before the run was held), ${acknowledged} appends acknowledged, ${((performance.now() - started) / kills).toFixed(0)} ms each`);
  expect(acknowledged).toBeGreaterThan(0);
});
