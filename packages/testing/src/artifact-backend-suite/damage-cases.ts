import type { ArtifactBackend } from "@reprise/core/spi";
import { expect } from "vitest";
import { joined, noise, rejectionOf, sha256, type ArtifactCase, type ArtifactSuiteContext } from "./artifact-suite-context.ts";

const content = noise(10_000);
const id = sha256(content);
const flipped = content.slice();
flipped[5000] = (flipped[5000] ?? 0) ^ 1;

/** What a disk, another process or a restart can do to contents. */
export const damageCases: readonly ArtifactCase[] = [
  ...[
    ["one bit flipped", flipped],
    ["cut short", content.slice(0, -1)],
    ["empty", new Uint8Array()],
    ["longer", Uint8Array.of(...content, 0)],
    ["another content", noise(10_000, 2)],
  ].map(
    ([what, bytes]): ArtifactCase => ({
      name: `G12: a content that is ${what as string} is CORRUPT, never given, and the next put heals it`,
      needs: "damage",
      async run(context) {
        await refusedThenHealed(context, bytes as Uint8Array);
      },
    }),
  ),
  {
    name: "G12: a content that is gone is NOT_FOUND, and the next put brings it back",
    needs: "damage",
    async run({ open, damage }) {
      const artifacts = await open();
      await artifacts.put(content);
      await damage(artifacts, id, undefined);
      expect(await rejectionOf(artifacts.get(id))).toMatchObject({ code: "NOT_FOUND" });
      expect(await artifacts.stat(id)).toBeUndefined();
      expect(await artifacts.put(content)).toEqual({ id, size: 10_000, existed: false });
      await expectIntact(artifacts);
    },
  },
  {
    name: "G12: what was put is there after a restart",
    needs: "reopen",
    async run({ open, reopen }) {
      const artifacts = await open();
      await artifacts.put(content);
      await artifacts.close();
      const later = await reopen(artifacts);
      await expectIntact(later);
      expect(await later.put(content)).toMatchObject({ existed: true });
    },
  },
  {
    name: "G12: what one process put, others find at once, and put again without harm",
    needs: "connect",
    async run({ open, connect }) {
      const one = await open();
      const other = await connect(one);
      const contents = Array.from({ length: 16 }, (_, index) => noise(2000, index % 8));
      await Promise.all(contents.map((bytes, index) => (index % 3 === 0 ? one : other).put(bytes)));
      for (const bytes of contents) {
        expect(sha256(await one.get(sha256(bytes)))).toBe(sha256(bytes));
        expect(sha256(await other.get(sha256(bytes)))).toBe(sha256(bytes));
      }
    },
  },
];

async function refusedThenHealed({ open, damage }: ArtifactSuiteContext, bytes: Uint8Array): Promise<void> {
  const artifacts = await open();
  await artifacts.put(content);
  await damage(artifacts, id, bytes);
  expect(await rejectionOf(artifacts.get(id))).toMatchObject({ code: "CORRUPT", retry: "never" });
  expect(await rejectionOf(joined(artifacts.open(id)))).toMatchObject({ code: "CORRUPT" });
  expect(await artifacts.put(content)).toEqual({ id, size: 10_000, existed: false });
  await expectIntact(artifacts);
}

async function expectIntact(artifacts: ArtifactBackend): Promise<void> {
  expect(sha256(await artifacts.get(id))).toBe(id);
  expect(sha256(await joined(artifacts.open(id)))).toBe(id);
}
