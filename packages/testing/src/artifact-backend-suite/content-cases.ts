import { expect } from "vitest";
import { joined, noise, rejectionOf, sha256, type ArtifactCase } from "./artifact-suite-context.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const digest = "0123456789abcdef".repeat(4);

/** What goes in comes out, once. */
export const contentCases: readonly ArtifactCase[] = [
  {
    name: "G12: a content is found under its sha256, whole",
    async run({ open }) {
      const artifacts = await open();
      const bytes = noise(1000);
      expect(await artifacts.put(bytes)).toEqual({ id: sha256(bytes), size: 1000, existed: false });
      expect(Array.from(await artifacts.get(sha256(bytes)))).toEqual(Array.from(bytes));
      expect(await artifacts.stat(sha256(bytes))).toEqual({ size: 1000 });
    },
  },
  {
    name: "G12: any bytes survive: none, every value, a part of a buffer, a Buffer, some megabytes",
    async run({ open }) {
      const artifacts = await open();
      const every = Uint8Array.from({ length: 256 }, (_, value) => value);
      const buffer = (globalThis as { readonly Buffer?: { from(bytes: Uint8Array): Uint8Array } }).Buffer;
      for (const bytes of [new Uint8Array(), every, every.subarray(7, 10), buffer?.from(every) ?? every, noise(3 * 2 ** 20)]) {
        const { id } = await artifacts.put(bytes);
        expect(id).toBe(sha256(new Uint8Array(bytes)));
        expect(sha256(await artifacts.get(id))).toBe(id);
      }
    },
  },
  {
    name: "G12: the same content again has the same id and existed",
    async run({ open }) {
      const artifacts = await open();
      const first = await artifacts.put(text("hello"));
      expect(await artifacts.put(text("hello"))).toEqual({ ...first, existed: true });
      expect(await artifacts.put(text("hello!"))).toMatchObject({ existed: false });
    },
  },
  {
    name: "G12: the caller may change its bytes as soon as put has returned",
    async run({ open }) {
      const artifacts = await open();
      const bytes = noise(100_000);
      const id = sha256(bytes);
      const pending = artifacts.put(bytes);
      bytes.fill(0);
      expect((await pending).id).toBe(id);
      expect(sha256(await artifacts.get(id))).toBe(id);
    },
  },
  {
    name: "G12: changing bytes that were read changes nothing stored",
    async run({ open }) {
      const artifacts = await open();
      const { id } = await artifacts.put(noise(1000));
      (await artifacts.get(id)).fill(0);
      for await (const chunk of artifacts.open(id)) chunk.fill(0);
      expect(sha256(await artifacts.get(id))).toBe(id);
    },
  },
  {
    name: "G12: many puts at the same time, of one content and of others, are all there",
    async run({ open }) {
      const artifacts = await open();
      const contents = Array.from({ length: 32 }, (_, index) => (index % 2 === 0 ? noise(5000) : noise(5000, index + 1)));
      const stored = await Promise.all(contents.map((bytes) => artifacts.put(bytes)));
      expect(new Set(stored.map(({ id }) => id)).size).toBe(17);
      for (const [index, { id }] of stored.entries()) expect(sha256(await artifacts.get(id))).toBe(sha256(contents[index] ?? text("")));
    },
  },
  {
    name: "G12: a range is what slice gives, an early end of the iteration harms nobody",
    async run({ open }) {
      const artifacts = await open();
      const bytes = noise(200_000);
      const { id } = await artifacts.put(bytes);
      const ranges = [{}, { from: 0 }, { from: 65_535, to: 65_537 }, { to: 1 }, { from: 199_999 }, { from: 10, to: 10 }, { from: 200_000 }, { from: 300_000 }, { from: 5, to: 999_999 }];
      for (const range of ranges) expect(sha256(await joined(artifacts.open(id, range)))).toBe(sha256(bytes.slice(range.from ?? 0, range.to)));
      for await (const chunk of artifacts.open(id)) {
        expect(chunk.length).toBeGreaterThan(0);
        break;
      }
      expect(sha256(await artifacts.get(id))).toBe(id);
    },
  },
  {
    name: "INVALID_OPTION: a range that is none is refused",
    async run({ open }) {
      const artifacts = await open();
      const { id } = await artifacts.put(text("hello"));
      for (const range of [{ from: -1 }, { from: 0.5 }, { from: Number.NaN }, { from: 2, to: 1 }, { to: -1 }, { from: "1" as never }]) {
        expect(await rejectionOf(joined(artifacts.open(id, range)))).toMatchObject({ code: "INVALID_OPTION" });
      }
    },
  },
  {
    name: "NOT_FOUND: a content that was never put",
    async run({ open }) {
      const artifacts = await open();
      await artifacts.put(text("hello"));
      expect(await rejectionOf(artifacts.get(digest))).toMatchObject({ code: "NOT_FOUND" });
      expect(await rejectionOf(joined(artifacts.open(digest)))).toMatchObject({ code: "NOT_FOUND" });
      expect(await artifacts.stat(digest)).toBeUndefined();
    },
  },
  {
    name: "INVALID_ID: what is no sha256 in lower case is refused, and means no path",
    async run({ open }) {
      const artifacts = await open();
      const ids: unknown[] = ["", "..", "../../etc/passwd", digest.toUpperCase(), digest.slice(1), `${digest}0`, `sha256:${digest}`, `${digest.slice(0, 60)}/../`, `${digest.slice(0, 63)}\0`, ` ${digest.slice(1)}`, `${digest}\n`, undefined, null, 7];
      for (const id of ids) {
        for (const work of [() => artifacts.get(id as string), () => artifacts.stat(id as string), () => joined(artifacts.open(id as string))]) {
          expect(await rejectionOf(work())).toMatchObject({ code: "INVALID_ID", retry: "never" });
        }
      }
    },
  },
  {
    name: "CLOSED: nothing is answered after close, which may be called again",
    async run({ open }) {
      const artifacts = await open();
      const begun = artifacts.put(text("hello"));
      await artifacts.close();
      await artifacts.close();
      expect(await begun).toMatchObject({ size: 5 });
      for (const work of [() => artifacts.put(text("x")), () => artifacts.get(digest), () => artifacts.stat(digest), () => joined(artifacts.open(digest))]) {
        expect(await rejectionOf(work())).toMatchObject({ code: "CLOSED" });
      }
    },
  },
];
