// Leaves messages for whoever holds a run, until it is killed or told anything. Told `go <place> <stateId> <name>`.
// node --conditions=@reprise/source poster.ts <fs | sqlite>
import { codeOf, say, words } from "../support/speech.ts";
import { storeKind } from "../support/store-kind.ts";

const kind = storeKind(process.argv[2]);
const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
let over = false;

async function post(place: string, stateId: string, name: string): Promise<void> {
  const backend = kind.open(place);
  for (let number = 1; !over; number += 1) {
    try {
      say(`trying ${name}-${number}`);
      await backend.post(stateId, `${name}-${number}`, Buffer.from(`text of ${name}-${number}`));
      say(`posted ${name}-${number}`);
    } catch (error) {
      // Nobody has come for a while: whoever posts is told, and tries later.
      if (codeOf(error) !== "LIMIT") throw error;
      await pause(50);
    }
    await pause(1);
  }
  await backend.close();
  say("over");
}

for await (const [word, place = "", stateId = "", name = ""] of words()) {
  over = word !== "go";
  if (!over) void post(place, stateId, name).catch((error: unknown) => say(`failed ${codeOf(error)}`));
}
