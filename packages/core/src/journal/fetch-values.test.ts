import { expect, test } from "vitest";
import { RepriseError } from "../errors/reprise-error.ts";
import type { ArtifactBackend } from "../ports/artifact-backend.ts";
import { defaultSystem } from "../system.ts";
import { Contents } from "./contents.ts";
import { fetchValues, type Elsewhere } from "./fetch-values.ts";

const { sha256 } = defaultSystem();
const hex = (digit: number): string => digit.toString(16).padStart(64, "0");
const contentsWith = (get: (id: string) => Promise<Uint8Array>): Contents => new Contents({ artifacts: { get } as unknown as ArtifactBackend, sha256, threshold: 1 });
const wanting = (id: string, seq: number, fill: Elsewhere["fill"]): Elsewhere => ({ seq, reference: { id, size: 1, canonical: hex(0) }, fill });

test("H7: each content is asked for once, a few at a time, and put wherever it is named", async () => {
  let open = 0;
  let most = 0;
  const asked: string[] = [];
  const contents = contentsWith(async (id) => {
    asked.push(id);
    open += 1;
    most = Math.max(most, open);
    await new Promise((resolve) => setImmediate(resolve));
    open -= 1;
    return Uint8Array.of(Number.parseInt(id, 16));
  });
  const filled: number[] = [];
  const elsewhere = Array.from({ length: 60 }, (_, index) => wanting(hex(index % 30), index + 1, ([byte]) => filled.push(byte ?? -1)));
  await fetchValues("run-1", elsewhere, contents);
  expect(asked).toHaveLength(30);
  expect(most).toBe(8);
  expect(filled.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, index) => index >> 1));
});

test.each([
  ["NOT_FOUND", "CORRUPT", /record 7 names content 0+1, which is missing/],
  ["CORRUPT", "CORRUPT", /record 7 names content 0+1, which is damaged/],
  ["IO", "IO", /the disk/],
] as const)("H7: a content that is %s is %s to whoever loads the run", async (given, code, message) => {
  const contents = contentsWith(async () => {
    throw new RepriseError(given, "the disk");
  });
  await expect(fetchValues("run-1", [wanting(hex(1), 7, () => undefined)], contents)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
});

test("H7: a value that is kept elsewhere cannot be read where nothing is kept", async () => {
  const contents = new Contents({ artifacts: undefined, sha256, threshold: 1 });
  await expect(fetchValues("run-1", [wanting(hex(1), 7, () => undefined)], contents)).rejects.toMatchObject({ code: "UNSUPPORTED", path: "artifacts" });
});
