import { Encoder } from "@msgpack/msgpack";
import { expect, test } from "vitest";
import { createReprise } from "../runs/create-reprise.ts";
import { ephemeralBackend } from "../runs/ephemeral-backend.ts";
import { defaultSystem } from "../system.ts";

// How to know that it works: files as somebody would forge them, with a right checksum, are refused before anything is
// written: the backend of these tests cannot be written to.

const { sha256 } = defaultSystem();
const run = { k: "run", at: 1, v: 1, id: "run-1" };
const named = { k: "storage", at: 2, w: [["page", "r", { id: "0".repeat(64), size: 1, kind: "bytes" }]] };
const utf8 = new TextEncoder();

function forged(records: readonly unknown[], artifacts: readonly unknown[] | null = null, stateId = "run-1"): Uint8Array {
  const content = new Encoder().encode({ stateId, records: records.map((record) => utf8.encode(JSON.stringify(record))), artifacts });
  return new Encoder().encode({ format: "reprise-run", version: 1, checksum: sha256(content), content });
}

const reprise = createReprise({
  backend: {
    ...ephemeralBackend(),
    acquire: async () => {
      throw new Error("written");
    },
  },
});

test.each([
  ["of another run than it says", forged([run], null, "other"), "CORRUPT"],
  ["that are no objects", forged(["text"]), "CORRUPT"],
  ["with two beginnings", forged([run, run]), "CORRUPT"],
  ["that name calls there are not", forged([run, { k: "completed", at: 2, c: 9 }]), "CORRUPT"],
  ["that name contents it does not hold", forged([run, named], []), "CORRUPT"],
  ["of a newer version", forged([{ ...run, v: 99 }]), "INCOMPATIBLE"],
  ["of a run whose id nobody can have", forged([{ ...run, id: "\u0000" }], null, "\u0000"), "INVALID_ID"],
])("S8: a file with records %s is refused before anything is written", async (_, bytes, code) => {
  await expect(reprise.import(bytes)).rejects.toMatchObject({ code });
});

test("S8: what a file holds beside the contents that its records name goes nowhere", async () => {
  const put: Uint8Array[] = [];
  const stuffing = Uint8Array.of(1, 2, 3);
  const artifacts = {
    put: async (bytes: Uint8Array) => {
      put.push(bytes);
      return { id: sha256(bytes), size: bytes.length, existed: false };
    },
  } as never;
  const taking = createReprise({ backend: ephemeralBackend(), artifacts: Object.assign(artifacts, { get: async () => stuffing, open: async () => stuffing, stat: async () => undefined, close: async () => undefined }) });
  await taking.import(forged([run], [[sha256(stuffing), stuffing]]));
  expect(put).toEqual([]);
});
