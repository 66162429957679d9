// Holds a run and applies the messages that are left for it, until it is killed. Told `go <place> <stateId> <name>`.
// node --conditions=@reprise/source holder.ts <fs | sqlite>
import { Applier } from "../support/apply-messages.ts";
import { codeOf, say, words } from "../support/speech.ts";
import { storeKind } from "../support/store-kind.ts";

const kind = storeKind(process.argv[2]);

async function hold(place: string, stateId: string, name: string): Promise<void> {
  const writer = await kind.open(place).acquire(stateId, { owner: name, create: "may" });
  say(`acquired ${name}`);
  const applier = await Applier.of(writer);
  for (;;) {
    await applier.applyAll((id) => say(`applied ${id}`));
    await new Promise((resolve) => void setTimeout(resolve, 1));
  }
}

for await (const [, place = "", stateId = "", name = ""] of words()) await hold(place, stateId, name).catch((error: unknown) => say(`failed ${codeOf(error)}`));
