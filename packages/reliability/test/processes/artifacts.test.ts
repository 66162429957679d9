import { createHash } from "node:crypto";
import { seededRandom } from "@reprise/testing";
import { describe, expect, test } from "vitest";
import { startChild } from "./support/child.ts";
import { contentOf } from "./support/content.ts";
import { emptyPlace, pause } from "./support/place.ts";
import { report } from "./support/report.ts";
import { storeKinds } from "./support/store-kind.ts";

// How many of those who put contents are killed: REPRISE_ARTIFACT_KILLS=2000 for a long run. When, says REPRISE_ARTIFACT_SEED.
const kills = Number(process.env["REPRISE_ARTIFACT_KILLS"] ?? 8);
const seed = Number(process.env["REPRISE_ARTIFACT_SEED"] ?? 1);

describe.each(Object.values(storeKinds))("$name", (kind) => {
  test(`G12: two at a time put the same contents and are killed, ${kills} in all (seed ${seed}): what was put is there, whole, and what was not can be put`, { timeout: 120_000 + kills * 8_000 }, async () => {
    const random = seededRandom(seed);
    const place = await emptyPlace();
    const backend = kind.open(place);
    const { artifacts } = backend;
    if (artifacts === undefined) throw new Error("the backend keeps no artifacts");
    const put = new Map<number, string>();
    let first = 1;
    for (let kill = 0; kill < kills; kill += 2) {
      const at = `kill ${kill} of seed ${seed}`;
      const pair = [startChild("putter.ts", kind.name), startChild("putter.ts", kind.name)];
      await Promise.all(pair.map((child) => child.line("ready")));
      for (const child of pair) child.send(`go ${place} ${first}`);
      await Promise.all(pair.map(async (child) => {
        if (random() < 2 / 3) await child.line("put");
        await pause(random() * 60);
        await child.kill();
      }));
      const numbers: number[] = [];
      for (const line of pair.flatMap(({ lines }) => lines)) {
        const match = /^put (\d+) (\S+)$/u.exec(line);
        expect(line, at).not.toMatch(/^failed/u);
        if (match === null) continue;
        put.set(Number(match[1]), match[2] ?? "");
        numbers.push(Number(match[1]));
      }
      for (const [number, id] of put) {
        // Those of earlier rounds now and then only: they become many.
        if (number < first && random() < 0.9) continue;
        expect(id, at).toBe(createHash("sha256").update(contentOf(number)).digest("hex"));
        expect(Buffer.from(await artifacts.get(id)).equals(contentOf(number)), `content ${number}, ${at}`).toBe(true);
      }
      // What they were at when they were killed, and what comes next.
      const last = Math.max(first - 1, ...numbers);
      for (const number of [last + 1, last + 2]) {
        const { id } = await artifacts.put(contentOf(number));
        expect(Buffer.from(await artifacts.get(id)).equals(contentOf(number)), `content ${number}, ${at}`).toBe(true);
      }
      first = last + 3;
    }
    for (const [number, id] of put) expect(Buffer.from(await artifacts.get(id)).equals(contentOf(number)), `content ${number}`).toBe(true);
    report(`${kind.name}: ${kills} killed while they put contents, ${put.size} contents put`);
    expect(put.size).toBeGreaterThan(0);
    await backend.close();
  });
});
