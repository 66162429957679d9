import type { ArtifactBackend } from "@reprise/core/spi";
import { expect } from "vitest";
import { noise, rejectionOf, sha256, type ArtifactCase } from "./artifact-suite-context.ts";

const hourMs = 3_600_000;
const [one, other, third] = [noise(3000, 11), noise(3000, 12), noise(3000, 13)] as const;

/** What `collect` takes away, and what it never does. */
export const collectCases: readonly ArtifactCase[] = [
  {
    name: "S2: collect removes what is not alive, and nothing else",
    needs: "elapse",
    async run({ open, elapse }) {
      const artifacts = await open();
      for (const bytes of [one, other, third]) await artifacts.put(bytes);
      await elapse(artifacts, hourMs);
      expect(await collect(artifacts, [sha256(one), sha256(third)], 0)).toEqual({ removed: 1, bytes: other.length, condemned: 0 });
      expect(await rejectionOf(artifacts.get(sha256(other)))).toMatchObject({ code: "NOT_FOUND" });
      expect(await artifacts.stat(sha256(other))).toBeUndefined();
      for (const bytes of [one, third]) await expectIntact(artifacts, bytes);
      expect(await artifacts.put(other)).toMatchObject({ existed: false });
      await expectIntact(artifacts, other);
    },
  },
  {
    name: "S2: what was put within the grace stays, also if it had been there for long",
    needs: "elapse",
    async run({ open, elapse }) {
      const artifacts = await open();
      for (const bytes of [one, other]) await artifacts.put(bytes);
      await elapse(artifacts, 2 * hourMs);
      await artifacts.put(other);
      await artifacts.put(third);
      const { removed, condemned } = await collect(artifacts, [], hourMs);
      expect(removed + condemned).toBe(1);
      for (const bytes of [other, third]) await expectIntact(artifacts, bytes);
    },
  },
  {
    name: "S2: what is put while a collection runs stays, whatever its grace",
    needs: "elapse",
    async run({ open, elapse }) {
      const artifacts = await open();
      for (const bytes of [one, other]) await artifacts.put(bytes);
      await elapse(artifacts, hourMs);
      const live = async function* (): AsyncGenerator<string> {
        await artifacts.put(other);
        await artifacts.put(third);
        yield sha256(one);
      };
      expect(await artifacts.collect?.(live(), { graceMs: 0 })).toMatchObject({ removed: 0, condemned: 0 });
      for (const bytes of [one, other, third]) await expectIntact(artifacts, bytes);
    },
  },
  {
    name: "S2: a put that meets collections of the same content at the same time never loses it",
    needs: "elapse",
    async run({ open, elapse }) {
      const artifacts = await open();
      for (let round = 0; round < 12; round += 1) {
        const contents = [one, other, third, noise(500, 100 + round)];
        for (const bytes of round % 2 === 0 ? contents : contents.slice(1)) await artifacts.put(bytes);
        await elapse(artifacts, hourMs);
        const putting = async (bytes: Uint8Array, turns: number): Promise<unknown> => {
          for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => void setTimeout(resolve, 0));
          return artifacts.put(bytes);
        };
        await Promise.all([collect(artifacts, [], 60_000), ...contents.map((bytes, index) => putting(bytes, (round * index) % 5)), collect(artifacts, [], 60_000)]);
        for (const bytes of contents) await expectIntact(artifacts, bytes);
      }
    },
  },
  {
    name: "S2: where it cannot be said what is alive nothing is removed",
    needs: "elapse",
    async run({ open, elapse }) {
      const artifacts = await open();
      await artifacts.put(one);
      await elapse(artifacts, hourMs);
      const unreadable = new Error("a run cannot be read");
      const live = async function* (): AsyncGenerator<string> {
        yield sha256(other);
        throw unreadable;
      };
      expect(await rejectionOf(required(artifacts)(live(), { graceMs: 0 }))).toBe(unreadable);
      expect(await rejectionOf(collect(artifacts, ["../one"], 0))).toMatchObject({ code: "INVALID_ID" });
      for (const graceMs of [-1, Number.NaN, "1" as never, undefined as never]) expect(await rejectionOf(collect(artifacts, [], graceMs))).toMatchObject({ code: "INVALID_OPTION" });
      await expectIntact(artifacts, one);
      await artifacts.close();
      expect(await rejectionOf(collect(artifacts, [], 0))).toMatchObject({ code: "CLOSED" });
    },
  },
];

function required(artifacts: ArtifactBackend): NonNullable<ArtifactBackend["collect"]> {
  if (artifacts.collect === undefined) throw new Error("`elapse` is given for a backend that has no collect");
  return artifacts.collect.bind(artifacts);
}

async function collect(artifacts: ArtifactBackend, live: readonly string[], graceMs: number): ReturnType<NonNullable<ArtifactBackend["collect"]>> {
  return required(artifacts)(listed(live), { graceMs });
}

async function* listed(ids: readonly string[]): AsyncGenerator<string> {
  yield* ids;
}

async function expectIntact(artifacts: ArtifactBackend, bytes: Uint8Array): Promise<void> {
  expect(sha256(await artifacts.get(sha256(bytes)))).toBe(sha256(bytes));
}
