import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import type { StateBackend, StoredRecord } from "@reprise/core/spi";
import { expect, test } from "vitest";
import { writeGoldenStore } from "./golden-store.ts";
import { SimDisk } from "./sim-disk.ts";
import { SimMachine, SimSystem } from "./sim-system.ts";

// How to know that it works: a store as format 1 wrote it is read for ever, whatever is written later, and what is written now is still
// format 1, byte for byte. The files are never edited: whoever changes the format adds one, and raises its number.

const formats = [{ file: "format-1.json", sha256: "4db7f181d7291efb424911b76c6c15568f805303b1add097c695d977c7531a73" }] as const;

const textOf = (file: string): string => readFileSync(new URL(`golden/${file}`, import.meta.url), "utf8");
const filesOf = (file: string): Map<string, string> => new Map(Object.entries(JSON.parse(textOf(file)) as Record<string, string>));

async function opened(files: ReadonlyMap<string, string>): Promise<{ readonly backend: StateBackend; readonly disk: SimDisk }> {
  const disk = new SimDisk();
  const io = disk.io();
  for (const [path, text] of files) {
    const parts = join("/store", path).split("/").slice(1, -1);
    for (const [index] of parts.entries()) await io.mkdir(`/${parts.slice(0, index + 1).join("/")}`).catch(() => undefined);
    const file = await io.create(join("/store", path));
    await file.write(Buffer.from(text), 0);
    await file.close();
  }
  const { pid: _, ...processes } = new SimMachine().start();
  return { backend: fsBackend({ dir: "/store", io, system: new SimSystem(), processes }), disk };
}

async function recordsOf(batches: AsyncIterable<readonly StoredRecord[]>): Promise<(readonly [number, number, string])[]> {
  const found: (readonly [number, number, string])[] = [];
  for await (const batch of batches) found.push(...batch.map(({ seq, epoch, bytes }) => [seq, epoch, Buffer.from(bytes).toString()] as const));
  return found;
}

const runOne = [
  [1, 1, '{"k":"run"}'],
  [2, 1, '{"n":2}'],
  [3, 1, '{"n":3}'],
  [4, 2, '{"n":4}'],
  [5, 2, '{"n":5,"text":"\u00e4\u0000\u{1f600}"}'],
  [6, 3, ""],
] as const;

test.each(formats)("S6: $file has never been edited", ({ file, sha256 }) => {
  expect(createHash("sha256").update(textOf(file)).digest("hex")).toBe(sha256);
});

test.each(formats)("S6: a store as it stands in $file is read, and can be written", async ({ file }) => {
  const { backend } = await opened(filesOf(file));
  expect(await recordsOf(backend.read("run-1"))).toEqual(runOne);
  expect(await recordsOf(backend.read("RUN 2"))).toEqual([[1, 1, '{"n":1}'], [2, 1, '{"k":"gone"}'], [3, 1, '{"n":3}']]);
  await expect(recordsOf(backend.read("run-3"))).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await backend.head("run-1")).toEqual({ stateId: "run-1", status: "awaiting", createdAt: 5, updatedAt: 5, tags: ["golden"], pipelineName: "p", wakeAt: 99, lastSeq: 6, epoch: 3, lease: "none" });
  expect((await backend.list()).rows.map(({ stateId }) => stateId).toSorted()).toEqual(["RUN 2", "run-1"]);
  for (const stateId of ["run-1", "RUN 2"]) expect(await backend.verify?.(stateId)).toEqual([]);
  expect(Buffer.from(await backend.artifacts!.get(createHash("sha256").update("content").digest("hex"))).toString()).toBe("content");
  const writer = await backend.acquire("run-1", { owner: "now", create: "never" });
  const messages: string[] = [];
  for await (const { id, bytes } of writer.messages()) messages.push(`${id} ${Buffer.from(bytes).toString()}`);
  expect(messages).toEqual(['m-1 {"to":"wait"}']);
  await writer.append([Buffer.from("more")], { expect: 6 });
  expect(await recordsOf(backend.read("run-1"))).toEqual([...runOne, [7, 4, "more"]]);
  expect((await backend.acquire("run-3", { owner: "now", create: "must" })).epoch).toBe(2);
});

test("S6: what is written now is the newest format, byte for byte", async () => {
  expect(Object.fromEntries(await writeGoldenStore())).toEqual(Object.fromEntries(filesOf(formats.at(-1)!.file)));
});

test.each(formats)("G10: whatever one byte of a frame in $file becomes, it is noticed, or was the end that nothing proved", async ({ file }) => {
  const files = filesOf(file);
  for (const [path, text] of files) {
    if (!path.endsWith("e-00000003.j") || !path.includes("run-1")) continue;
    const whole = Buffer.from(text);
    for (let at = 0; at < whole.length - 73; at += 1) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 1;
      const { backend, disk } = await opened(files);
      disk.replace(`/store/${path}`, bytes);
      await expect(recordsOf(backend.read("run-1")), `byte ${at}`).rejects.toMatchObject({ code: "CORRUPT" });
    }
  }
});

test("S6: what docs/formats/journal.md shows is what is written", () => {
  const page = readFileSync(new URL("../../../docs/formats/journal.md", import.meta.url), "utf8");
  const examples = [...page.matchAll(/```journal\n(?<lines>.*?)```/gsu)].map((match) => match.groups?.["lines"] ?? "");
  expect(examples).toHaveLength(2);
  const segments = [...filesOf(formats.at(-1)!.file)].filter(([path]) => path.endsWith(".j")).map(([, text]) => text);
  for (const example of examples) expect(segments.some((segment) => segment.startsWith(example)), example).toBe(true);
});
