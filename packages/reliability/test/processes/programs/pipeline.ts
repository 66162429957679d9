// Executes a pipeline, or goes on with it, until it rests or is killed. Told `go <place> <stateId> <steps>`. Says what its handlers do and what its code sees.
// node --conditions=@reprise/source pipeline.ts <fs | sqlite>
import { randomUUID } from "node:crypto";
import { agent, createReprise, tool } from "@reprise/core";
import { codeOf, say, words } from "../support/speech.ts";
import { storeKind } from "../support/store-kind.ts";

const kind = storeKind(process.argv[2]);

/** What a step that gave `nonce` leaves as its page. */
const pageOf = (nonce: string): Uint8Array => Buffer.from(nonce.repeat(100));

// A step that runs again gives another value: whoever sees two has lost one.
const step = tool({
  name: "step",
  run: (number: number, { artifacts, storage }) => {
    say(`ran ${number}`);
    const nonce = randomUUID();
    storage.set(`nonce-${number}`, nonce);
    if (number % 3 === 1) artifacts.put(`page-${number}`, pageOf(nonce));
    return nonce;
  },
});

const work = agent({
  name: "work",
  run: async (steps: number, context) => {
    const nonces: string[] = [];
    for (let number = 0; number < steps; number += 1) {
      const nonce = await context.run(step, number);
      nonces.push(nonce);
      say(`value ${number} ${nonce}`);
      if (context.storage.get(`nonce-${number}`) !== nonce) say(`wrong storage of step ${number}`);
      if (number % 3 === 1 && !Buffer.from((await context.artifacts.get<Uint8Array>(`page-${number}`)) ?? []).equals(pageOf(nonce))) say(`wrong page of step ${number}`);
      if (number % 4 === 3) say(`answer ${number} ${await context.waitFor<string>(`question-${number}`)}`);
    }
    return nonces;
  },
});

for await (const [, place = "", stateId = "", steps] of words()) {
  const reprise = createReprise({ backend: kind.open(place) });
  try {
    const outcome = await reprise.execute(work, Number(steps), { stateId });
    say(outcome.status === "completed" ? `completed ${outcome.value.join(" ")}` : `rested ${outcome.status} ${outcome.status === "failed" ? JSON.stringify(outcome.error) : ""}`);
  } catch (error) {
    say(`wrong end: ${codeOf(error)}`);
  }
  await reprise.close();
}
