import { memoryBackend } from "@reprise/backend-memory";
import { createCodec, isRepriseError, type Reprise } from "@reprise/core";
import { seededRandom } from "@reprise/testing";
import { expect, test } from "vitest";
import { below, mutated, pick, type Random } from "./mutate.ts";
import { contentWith, forgedFile, repriseOn, specimens, stateId, type Specimens } from "./specimens.ts";

// How to know that it works: whatever is in a journal, a file, a message or a value, whoever reads it gets a result or a typed error;
// never another exception, and never later than a bound. What backend-fs reads of its own files is attacked in its own tests.

// Of each. REPRISE_INPUTS=1000000 for a long night; REPRISE_FIRST_INPUT goes on behind a seed.
const inputs = Number(process.env["REPRISE_INPUTS"] ?? 500);
const first = Number(process.env["REPRISE_FIRST_INPUT"] ?? 1);
// Of one input on a busy machine; most take less than a millisecond.
const boundMs = 5_000;
const codec = createCodec();

/** A Reprise that has a run of these records, and a message. */
async function repriseWith({ records, artifacts }: Pick<Specimens, "records" | "artifacts">, message?: Uint8Array): Promise<Reprise> {
  const backend = memoryBackend();
  const writer = await backend.acquire(stateId, { owner: "test", create: "must" });
  await writer.append(records, { expect: 0 });
  await writer.release();
  if (message !== undefined) await backend.post(stateId, "message-1", message);
  return repriseOn(backend, artifacts);
}

function someChanged(records: readonly Uint8Array[], random: Random): readonly Uint8Array[] {
  const changed = [...records];
  for (let rounds = 1 + below(2, random); rounds > 0; rounds -= 1) {
    const at = below(changed.length, random);
    const way = random();
    if (way < 0.7) changed[at] = mutated(changed[at] ?? new Uint8Array(), random);
    else if (way < 0.8) changed.splice(at, 1);
    else if (way < 0.9) changed.splice(at, 0, pick(records, random));
    else changed[at] = pick(records, random);
  }
  return changed.length === 0 ? records : changed;
}

const uses: readonly ((reprise: Reprise) => Promise<unknown>)[] = [
  (reprise) => reprise.snapshot(stateId),
  (reprise) => reprise.history(stateId),
  (reprise) => reprise.verify(stateId),
  (reprise) => reprise.export(stateId),
  (reprise) => reprise.fork(stateId),
  (reprise) => reprise.compact(stateId),
  (reprise) => reprise.salvage(stateId),
  (reprise) => reprise.rewind(stateId, { position: 5 }),
  (reprise) => reprise.pending(stateId),
  (reprise) => reprise.handOff(stateId),
  async (reprise) => (await reprise.load(stateId)).close(),
];

const decoders: { readonly [name: string]: (specimen: Specimens, random: Random) => unknown } = {
  "values as JSON": ({ tree }, random) => codec.decode(parsed(mutated(tree, random))),
  "values as MessagePack": ({ packed }, random) => codec.decode(codec.unpack(mutated(packed, random)).tree),
  "errors": ({ error }, random) => codec.errorFrom(parsed(mutated(error, random)) as never),
  "records": async ({ records, artifacts }, random) => pick(uses, random)(await repriseWith({ records: someChanged(records, random), artifacts })),
  "messages": async (specimen, random) => pick(uses.slice(-3), random)(await repriseWith(specimen, mutated(specimen.message, random))),
  "files": (specimen, random) => {
    const { file, records, artifacts } = specimen;
    const way = random();
    const changed = way < 0.1 ? mutated(file, random) : forgedFile(file, (content) => (way < 0.5 ? mutated(content, random) : contentWith(someChanged(records, random))));
    return repriseOn(memoryBackend(), artifacts).import(changed, random() < 0.5 ? {} : { stateId });
  },
};

/** What a record gives a decoder of values: text that is no JSON is refused before. */
function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

test.each(Object.entries(decoders))("H2, S8: whatever %s hold, the answer is a result or a typed error, in bounded time", { timeout: Math.max(120_000, inputs * 100) }, async (_, decode) => {
  const intact = await specimens();
  const found: string[] = [];
  const outcomes = new Map<string, number>();
  for (let input = first; input < first + inputs && found.length < 3; input += 1) {
    const before = process.cpuUsage();
    const error = await Promise.resolve(seededRandom(input)).then((random) => decode(intact, random)).then(() => undefined, (reason: unknown) => reason);
    const { user, system } = process.cpuUsage(before);
    const spent = (user + system) / 1_000;
    const outcome = error === undefined ? "result" : isRepriseError(error) ? error.code : "other";
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (outcome === "other" || spent > boundMs) found.push(`input ${input}, ${spent.toFixed(0)} ms: ${error instanceof Error ? error.stack : String(error)}`);
  }
  expect(found.join("\n\n")).toBe("");
  // Not all of it is refused, or this would prove little.
  expect(outcomes.get("result"), JSON.stringify([...outcomes])).toBeGreaterThan(inputs / 100);
});
