// Puts contents until it is killed. Told `go <place> <first number>`.
// node --conditions=@reprise/source putter.ts <fs | sqlite>
import { contentOf } from "../support/content.ts";
import { codeOf, say, words } from "../support/speech.ts";
import { storeKind } from "../support/store-kind.ts";

const kind = storeKind(process.argv[2]);

async function put(place: string, first: number): Promise<void> {
  const { artifacts } = kind.open(place);
  if (artifacts === undefined) throw new Error("the backend keeps no artifacts");
  for (let number = first; ; number += 1) {
    const { id } = await artifacts.put(contentOf(number));
    say(`put ${number} ${id}`);
  }
}

for await (const [, place = "", first] of words()) await put(place, Number(first)).catch((error: unknown) => say(`failed ${codeOf(error)}`));
