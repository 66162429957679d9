// Holds a run and appends until it is killed. Told `go <place> <stateId> <life> <power | mixed | process>`.
// node --conditions=@reprise/source appender.ts <fs | sqlite>
import type { Durability } from "@reprise/core/spi";
import { groupSize, lifeLines, textOf } from "../support/life.ts";
import { codeOf, now, say, words } from "../support/speech.ts";
import { storeKind } from "../support/store-kind.ts";

const kind = storeKind(process.argv[2]);

async function live(place: string, stateId: string, life: string, durability: string): Promise<void> {
  const writer = await kind.open(place).acquire(stateId, { owner: life, create: "may" });
  say(lifeLines.acquired(life, writer.epoch, writer.lastSeq, now()));
  let number = 0;
  let last = writer.lastSeq;
  const stream = async (): Promise<never> => {
    for (;;) {
      const first = number + 1;
      const size = groupSize(first);
      const expect = last;
      number += size;
      last += size;
      const level: Durability = durability === "process" || (durability === "mixed" && first % 4 === 0) ? "process" : "power";
      const calledAt = now();
      const seq = await writer.append(Array.from({ length: size }, (_, index) => Buffer.from(textOf(life, first + index))), { expect, durability: level });
      say(lifeLines.acknowledged(life, seq, first, size, calledAt, now()));
    }
  };
  // Three at once: their groups share syncs and commits.
  await Promise.all([stream(), stream(), stream()]);
}

for await (const [, place = "", stateId = "", life = "", durability = ""] of words()) {
  await live(place, stateId, life, durability).catch((error: unknown) => say(`failed ${life} ${codeOf(error)}`));
}
