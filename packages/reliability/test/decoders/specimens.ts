import { memoryBackend } from "@reprise/backend-memory";
import { agent, createCodec, createReprise, tool, type Reprise } from "@reprise/core";
import { defaultSystem, type ArtifactBackend, type StateBackend } from "@reprise/core/spi";
import { flaky } from "@reprise/testing";

/** What is mutated. */
export interface Specimens {
  /** A run with everything that records can say. */
  readonly records: readonly Uint8Array[];
  /** What the records name. */
  readonly artifacts: ArtifactBackend | undefined;
  /** The same as a file, with its contents. */
  readonly file: Uint8Array;
  /** A message that answers a wait of the run. */
  readonly message: Uint8Array;
  /** A value with everything that values can be, as MessagePack and as JSON. */
  readonly packed: Uint8Array;
  readonly tree: Uint8Array;
  /** An error as it is recorded. */
  readonly error: Uint8Array;
}

export const stateId = "run-1";
const leaf = tool({ name: "leaf", run: (value: unknown) => ({ value }) });
const team = agent({ name: "team", run: async (items: number[], context) => (await context.map("items", items, (item, branch) => branch.run(leaf, item))).length });
const asking = agent({ name: "asking", run: (_: null, context) => context.waitFor("approval") });

/** A Reprise whose artifacts are where its runs are. */
export function repriseOn(backend: StateBackend, artifacts = backend.artifacts): Reprise {
  return createReprise({ backend, ...(artifacts && { artifacts }), artifactThreshold: 200, suspendAfterMs: 0 });
}

/** A value of every kind. */
function everyKind(): unknown {
  const failure = new TypeError("wrong", { cause: new RangeError("deep") });
  return {
    list: [1, -0, Number.NaN, Number.POSITIVE_INFINITY, 2n ** 70n, undefined, null, "text", "$"],
    date: new Date(0), map: new Map([[1, new Set(["a"])]]), bytes: Uint8Array.of(1, 2, 3), floats: new Float64Array([0.5]), expression: /a+/giu, url: new URL("http://a.example/b?c"), failure,
    $escaped: { $: 1 },
  };
}

/** Records, messages and values as this version writes them. */
export async function specimens(): Promise<Specimens> {
  const backend = memoryBackend();
  const reprise = repriseOn(backend);
  const state = await reprise.create({ stateId, metadata: { tags: ["a"], pipelineName: "p" } });
  await state.run(leaf, everyKind());
  await state.run(team, [1, 2, 3]);
  await state.run(flaky(9)).catch(() => undefined);
  state.storage.set("seen", everyKind());
  state.storage.add("count", 2);
  state.artifacts.put("page", { html: "x".repeat(300) });
  await state.run(leaf, "y".repeat(400), { key: "large" });
  await state.saveCheckpoint({ status: "paused" });
  await state.close();
  await reprise.rewind(stateId, { position: 8 });
  const again = await reprise.load(stateId);
  await again.run(asking, null).catch(() => undefined);
  await again.close();
  await reprise.answer(stateId, "approval", { yes: everyKind() });
  const writer = await backend.acquire(stateId, { owner: "test", create: "never" });
  const records: Uint8Array[] = [];
  for await (const batch of writer.recovered()) records.push(...batch.map(({ bytes }) => bytes));
  const messages: Uint8Array[] = [];
  for await (const { bytes } of writer.messages()) messages.push(bytes);
  await writer.release();
  const codec = createCodec();
  const { encoded } = codec.encode(everyKind(), "value");
  return {
    records,
    artifacts: backend.artifacts,
    file: await reprise.export(stateId),
    message: messages[0] ?? new Uint8Array(),
    packed: codec.pack(encoded),
    tree: Buffer.from(JSON.stringify(encoded.tree)),
    error: Buffer.from(JSON.stringify(codec.errorRecord(new TypeError("wrong", { cause: { code: "E", list: [1] } })))),
  };
}

/** A file of a run with other content, as a liar would write it: the checksum is right. */
export function forgedFile(file: Uint8Array, change: (content: Uint8Array) => Uint8Array): Uint8Array {
  const bytes = Buffer.from(file);
  const name = bytes.indexOf("content", 0, "latin1") + "content".length;
  const start = name + { 0xc4: 2, 0xc5: 3, 0xc6: 5 }[bytes[name] ?? 0]!;
  const content = Buffer.from(change(bytes.subarray(start)));
  const length = Buffer.alloc(5);
  length[0] = 0xc6;
  length.writeUInt32BE(content.length, 1);
  const checksum = Buffer.from(defaultSystem().sha256(content), "latin1");
  const at = bytes.indexOf("checksum", 0, "latin1") + "checksum".length + 2;
  return new Uint8Array(Buffer.concat([bytes.subarray(0, at), checksum, bytes.subarray(at + checksum.length, name), length, content]));
}

/** The content of a file with these records and without what they name. */
export function contentWith(records: readonly Uint8Array[]): Uint8Array {
  const text = (name: string): Buffer => Buffer.concat([Buffer.of(0xa0 + name.length), Buffer.from(name)]);
  const count = Buffer.of(0xdc, records.length >> 8, records.length & 0xff);
  const binary = (bytes: Uint8Array): Buffer => {
    const head = Buffer.alloc(5, 0xc6);
    head.writeUInt32BE(bytes.length, 1);
    return Buffer.concat([head, bytes]);
  };
  return Buffer.concat([Buffer.of(0x83), text("stateId"), text(stateId), text("records"), count, ...records.map(binary), text("artifacts"), Buffer.of(0xc0)]);
}
