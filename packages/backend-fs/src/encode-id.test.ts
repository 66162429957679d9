import { expect, test } from "vitest";
import fc from "fast-check";
import { checkStateId } from "@reprise/core/spi";
import { encodeId } from "./encode-id.ts";

test("names are readable where that is safe, and escaped where it is not", () => {
  expect(encodeId("order-2026_07")).toBe("order-2026_07");
  expect(encodeId("A/b.c")).toBe("%41%2fb%2ec");
  expect(encodeId("..")).toBe("%2e%2e");
  expect(encodeId("con")).toBe("%63on");
  expect(encodeId("h-1")).toBe("%68-1");
  expect(encodeId("x".repeat(120))).toBe("x".repeat(120));
  expect(encodeId("x".repeat(121))).toMatch(/^h-[0-9a-f]{40}$/);
});

test("any id becomes a plain name of its own, on file systems that ignore case too", () => {
  const ids = fc.uniqueArray(fc.string({ unit: "binary", minLength: 1, maxLength: 40 }), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(ids, (candidates) => {
      const valid = candidates.filter((id) => isValid(id));
      const names = valid.map(encodeId);
      for (const name of names) expect(name).toMatch(/^[a-z0-9_%-]{1,120}$/);
      expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(valid.length);
    }),
    { numRuns: 50 },
  );
});

function isValid(id: string): boolean {
  try {
    checkStateId(id);
    return true;
  } catch {
    return false;
  }
}
