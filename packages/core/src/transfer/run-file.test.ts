import { Encoder } from "@msgpack/msgpack";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isRepriseError } from "../errors/reprise-error.ts";
import { defaultSystem } from "../system.ts";
import { packRunFile, unpackRunFile, type RunFile } from "./run-file.ts";

// How to know that it works: what was packed is unpacked; the same run gives the same bytes, whatever the order in which its
// contents were found; no file that was cut short or changed in one byte is taken for a whole one; and whatever bytes are
// given, the answer is a run or a typed error, at once.

const { sha256 } = defaultSystem();
const pack = (file: RunFile): Uint8Array => packRunFile(file, sha256);
const utf8 = new TextEncoder();

const anyFile: fc.Arbitrary<RunFile> = fc.record({
  stateId: fc.string({ minLength: 1, maxLength: 9 }),
  records: fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 9 }),
  artifacts: fc.option(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }).map((contents) => new Map(contents.map((bytes) => [sha256(bytes), bytes]))), { nil: undefined }),
});

test("S8: a file holds what was packed, and the same run gives the same bytes", () => {
  fc.assert(
    fc.property(anyFile, (file) => {
      const bytes = pack(file);
      const found = unpackRunFile(bytes, sha256);
      expect([found.stateId, found.records.map((record) => [...record])]).toEqual([file.stateId, file.records.map((record) => [...record])]);
      expect([...(found.artifacts ?? ["none"])].length).toBe([...(file.artifacts ?? ["none"])].length);
      expect(pack(found)).toEqual(bytes);
      expect(pack({ ...file, artifacts: file.artifacts && new Map([...file.artifacts].toReversed()) })).toEqual(bytes);
    }),
  );
});

test("S8: files out there look like this: never edit it, only add", () => {
  const bytes = pack({ stateId: "run-1", records: [utf8.encode("{}")], artifacts: new Map([[sha256(Uint8Array.of(1)), Uint8Array.of(1)]]) });
  expect(Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")).toBe(
    [
      "84a6666f726d6174ab726570726973652d72756ea776657273696f6e01a8636865636b73756dd940",
      "37643933663064326536303436656265313662303732613361333237616661346335356639396431633661653933393066666131373538663635363166393033",
      "a7636f6e74656e74c46d83a773746174654964a572756e2d31a77265636f72647391c4027b7da96172746966616374739192d94034626635313232663334343535346335336264653265626238636432623765336431363030616436333163333835613564376363653233633737383534353961c40101",
    ].join(""),
  );
});

test("S8: a file that was cut short or changed anywhere is refused as damaged, or as none", () => {
  const bytes = pack({ stateId: "run-1", records: [utf8.encode('{"k":"run"}'), utf8.encode("{}")], artifacts: new Map([[sha256(Uint8Array.of(7)), Uint8Array.of(7)]]) });
  for (let length = 1; length < bytes.length; length += 1) expect(codeOf(bytes.slice(0, length))).toBe("CORRUPT");
  for (let index = 0; index < bytes.length; index += 1) {
    for (const bit of [1, 128]) {
      const changed = bytes.slice();
      changed[index]! ^= bit;
      expect(codeOf(changed)).toMatch(index < 20 ? /^INVALID_OPTION$/u : /^(?:CORRUPT|INCOMPATIBLE)$/u);
    }
  }
  expect(codeOf(new Uint8Array([...bytes, 0]))).toBe("CORRUPT");
});

test("S8: a file of a newer version is refused as such, whatever else it holds", () => {
  expect(codeOf(new Encoder().encode({ format: "reprise-run", version: 2, other: [], more: true }))).toBe("INCOMPATIBLE");
});

test.each([undefined, null, "text", 7, new Uint8Array(), utf8.encode("{}"), new Encoder().encode({ format: "other" }), [1]])("S8: what is no exported run is refused by name: %j", (bytes) => {
  expect(refusalOf(bytes)).toMatchObject({ code: "INVALID_OPTION", path: "bytes", message: expect.stringMatching(/^bytes must be an exported run/u) });
});

test("S8: whatever bytes follow the right beginning, the answer is a typed error", () => {
  const beginning = pack({ stateId: "x", records: [Uint8Array.of(1)], artifacts: undefined }).slice(0, 28);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 28 }), fc.uint8Array({ maxLength: 60 }), (length, rest) => {
      expect(refusalOf(new Uint8Array([...beginning.slice(0, length), ...rest]))).toMatchObject({ code: expect.stringMatching(/^(?:CORRUPT|INCOMPATIBLE|INVALID_OPTION)$/u) });
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ["no records", { stateId: "x", records: [], artifacts: null }],
  ["records that are text", { stateId: "x", records: ["{}"], artifacts: null }],
  ["a content under another name", { stateId: "x", records: [Uint8Array.of(1)], artifacts: [["0".repeat(64), Uint8Array.of(1)]] }],
  ["more than there should be", { stateId: "x", records: [Uint8Array.of(1)], artifacts: null, more: 1 }],
  ["something else", 7],
])("S8: a content with a right checksum and %s is refused as damaged", (_, value) => {
  const content = new Encoder().encode(value);
  expect(codeOf(new Encoder().encode({ format: "reprise-run", version: 1, checksum: sha256(content), content }))).toBe("CORRUPT");
});

function codeOf(bytes: unknown): string | undefined {
  return refusalOf(bytes).code;
}

function refusalOf(bytes: unknown): Error & { readonly code?: string } {
  try {
    unpackRunFile(bytes, sha256);
  } catch (error) {
    if (!isRepriseError(error)) throw error;
    return error;
  }
  throw new Error("it was expected to be refused");
}
