import { seededRandom } from "@reprise/testing";
import { describe, expect, test } from "vitest";
import { Applier, appliedText, idIn } from "./support/apply-messages.ts";
import { startChild, type Child } from "./support/child.ts";
import { emptyPlace, pause } from "./support/place.ts";
import { readFound } from "./support/read-found.ts";
import { report } from "./support/report.ts";
import { storeKinds } from "./support/store-kind.ts";

// How often whoever holds a run is killed while others leave messages for it: REPRISE_INBOX_KILLS=2000 for a long run. When, says REPRISE_INBOX_SEED.
const kills = Number(process.env["REPRISE_INBOX_KILLS"] ?? 10);
const seed = Number(process.env["REPRISE_INBOX_SEED"] ?? 1);
/** After so many the run is looked at, and a new one begins. */
const killsPerRun = 25;

/** Ids behind a word, in the order in which they were said. */
const idsOf = (lines: readonly string[], word: string): readonly string[] => lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));

describe.each(Object.values(storeKinds))("$name", (kind) => {
  test(`G3: messages of two processes, while the holder of the run is killed ${kills} times and they are killed now and then (seed ${seed}): none that was posted is lost, none is applied twice`, { timeout: 120_000 + kills * 8_000 }, async () => {
    const random = seededRandom(seed);
    const place = await emptyPlace();
    const backend = kind.open(place);
    let [messages, posters] = [0, 0];
    for (let run = 0; run * killsPerRun < kills; run += 1) {
      const stateId = `run-${run}`;
      const at = `run ${run} of seed ${seed}`;
      await (await backend.acquire(stateId, { owner: "me", create: "must" })).release();
      const everyone: Child[] = [];
      const startPoster = async (): Promise<Child> => {
        const poster = startChild("poster.ts", kind.name);
        everyone.push(poster);
        await poster.line("ready");
        posters += 1;
        poster.send(`go ${place} ${stateId} p${posters}`);
        return poster;
      };
      const posting = [await startPoster(), await startPoster()];
      let next = startChild("holder.ts", kind.name);
      for (let kill = 0; kill < Math.min(killsPerRun, kills - run * killsPerRun); kill += 1) {
        const holder = next;
        await holder.line("ready");
        next = startChild("holder.ts", kind.name);
        holder.send(`go ${place} ${stateId} h${kill}`);
        await holder.line(random() < 2 / 3 ? "applied" : "acquired");
        await pause(random() * 25);
        await holder.kill();
        expect(idsOf(holder.lines, "failed"), at).toEqual([]);
        if (kill % 5 === 4) {
          await posting.shift()?.kill();
          posting.push(await startPoster());
        }
      }
      for (const poster of posting) poster.send("stop");
      await Promise.all(posting.map((poster) => poster.line("over")));
      await Promise.all([next, ...posting].map((child) => child.kill()));

      const writer = await backend.acquire(stateId, { owner: "me", create: "never" });
      await (await Applier.of(writer)).applyAll();
      const texts = (await readFound(backend, stateId)).map(({ text }) => text);
      const applied = texts.map(idIn);
      expect(applied.filter((id, index) => applied.indexOf(id) !== index), at).toEqual([]);
      const posted = everyone.flatMap(({ lines }) => idsOf(lines, "posted"));
      expect(posted.filter((id) => !texts.includes(appliedText(id, Buffer.from(`text of ${id}`)))), at).toEqual([]);
      // Of whoever was killed while it posted nobody knows.
      const tried = new Set(everyone.flatMap(({ lines }) => idsOf(lines, "trying")));
      expect(applied.filter((id) => !tried.has(id)), at).toEqual([]);
      expect(await backend.verify?.(stateId), at).toEqual([]);
      messages += posted.length;
      await writer.release();
    }
    report(`${kind.name}: ${kills} holders killed, ${messages} messages of ${posters} processes posted, each applied once`);
    await backend.close();
  });
});
