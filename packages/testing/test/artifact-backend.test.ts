import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fsArtifacts, fsBackend } from "@reprise/backend-fs";
import { memoryArtifacts, memoryBackend, type MemoryArtifacts } from "@reprise/backend-memory";
import type { ArtifactBackend } from "@reprise/core/spi";
import { artifactBackendSuite, type ArtifactBackendSuiteOptions } from "@reprise/testing/vitest";
import { describe, expect, onTestFinished, test } from "vitest";
import { artifactCases } from "../src/artifact-backend-suite/artifact-backend-suite.ts";
import { artifactSuiteContext } from "../src/artifact-backend-suite/artifact-suite-context.ts";

const clocks = new WeakMap<ArtifactBackend, { ms: number }>();

function withClock(open: (system: { readonly now: () => number }) => MemoryArtifacts): MemoryArtifacts {
  const clock = { ms: 1e12 };
  const artifacts = open({ now: () => clock.ms });
  clocks.set(artifacts, clock);
  return artifacts;
}

const inMemory: ArtifactBackendSuiteOptions = {
  open: () => withClock((system) => memoryArtifacts({ system })),
  elapse: (artifacts, ms) => {
    clocks.get(artifacts)!.ms += ms;
  },
  reopen: (artifacts) => memoryArtifacts({ from: (artifacts as MemoryArtifacts).snapshot() }),
  damage: (artifacts, id, bytes) => (artifacts as MemoryArtifacts).damage(id, bytes),
};

artifactBackendSuite("memoryArtifacts", inMemory);
artifactBackendSuite("memoryBackend().artifacts, from a snapshot", {
  ...inMemory,
  open: () => withClock(({ now }) => memoryBackend({ from: memoryBackend().snapshot(), system: { now, setTimer: () => () => undefined } }).artifacts),
});

const directories = new WeakMap<ArtifactBackend, string>();

function onDisk(openAt: (dir: string) => ArtifactBackend, contents: string): ArtifactBackendSuiteOptions {
  const remembered = (dir: string): ArtifactBackend => {
    const artifacts = openAt(dir);
    directories.set(artifacts, dir);
    return artifacts;
  };
  const again = (artifacts: ArtifactBackend): ArtifactBackend => remembered(directories.get(artifacts)!);
  return {
    open: async () => {
      const dir = await mkdtemp(join(tmpdir(), "reprise-suite-"));
      onTestFinished(() => rm(dir, { recursive: true, force: true }));
      return remembered(dir);
    },
    reopen: again,
    connect: again,
    damage: async (artifacts, id, bytes) => {
      const path = join(directories.get(artifacts)!, contents, "sha256", id.slice(0, 2), id);
      await (bytes === undefined ? rm(path) : writeFile(path, bytes));
    },
    elapse: async (artifacts, ms) => {
      const root = join(directories.get(artifacts)!, contents, "sha256");
      for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (!entry.isFile()) continue;
        const time = new Date((await stat(path)).mtimeMs - ms);
        await utimes(path, time, time);
      }
    },
  };
}

artifactBackendSuite("fsArtifacts", onDisk((dir) => fsArtifacts({ dir }), ""));
artifactBackendSuite("fsArtifacts, durability process", onDisk((dir) => fsArtifacts({ dir, durability: "process" }), ""));
artifactBackendSuite("fsBackend().artifacts", onDisk((dir) => fsBackend({ dir }).artifacts!, "artifacts"));

describe("the suite bites", () => {
  type Broken = (good: MemoryArtifacts) => Partial<MemoryArtifacts>;
  /** The cases that fail for a backend with this fault. */
  const failing = async (broken: Broken, among = /./): Promise<string[]> => {
    const fault = (good: MemoryArtifacts): MemoryArtifacts => {
      const bad = { ...good, ...broken(good) };
      clocks.set(bad, clocks.get(good) ?? { ms: 0 });
      return bad;
    };
    const options: ArtifactBackendSuiteOptions = { ...inMemory, open: () => fault(withClock((system) => memoryArtifacts({ system }))), reopen: (artifacts) => fault(memoryArtifacts({ from: (artifacts as MemoryArtifacts).snapshot() })) };
    const names: string[] = [];
    for (const { name, needs, run } of artifactCases) {
      if (needs === "connect" || !among.test(name)) continue;
      try {
        await run(artifactSuiteContext(options));
      } catch {
        // That is what is asked for here: which cases notice.
        names.push(name);
      }
    }
    return names;
  };
  const unverified = new Map<string, Uint8Array>();
  const faults: readonly (readonly [string, Broken, RegExp])[] = [
    ["does not verify what it reads", (good) => ({ put: async (bytes) => (unverified.set("last", bytes.slice()), good.put(bytes)), get: async (id) => good.get(id).catch(() => unverified.get("last")!) }), /CORRUPT|NOT_FOUND/],
    ["takes what exists for intact", (good) => ({ put: async (bytes) => (seen.has(String(bytes)) ? { ...(await memoryArtifacts().put(bytes)), existed: true } : (seen.add(String(bytes)), good.put(bytes))) }), /heals/],
    ["keeps the caller's bytes", () => aliasing(), /may change its bytes|changing bytes/],
    ["says undefined for what is missing", (good) => ({ get: (id) => good.get(id).catch(() => undefined as never) }), /NOT_FOUND/],
    ["takes any id", (good) => ({ stat: (id) => good.stat(id).catch(() => undefined) }), /INVALID_ID/],
    ["ignores ranges", (good) => ({ open: (id) => good.open(id) }), /range/],
    ["answers after close", (good) => ({ close: async () => void good }), /CLOSED/],
    ["collects what is alive", (good) => ({ collect: async (_, options) => good.collect!((async function* () {})(), options) }), /collect removes what is not alive, and nothing else/],
    ["knows no grace", (good) => ({ collect: async (live) => good.collect!(live, { graceMs: 0 }) }), /within the grace/],
    ["takes what is there already for put long ago", (good) => ({ put: async (bytes) => ((await good.stat(sha256Of(bytes))) === undefined ? good.put(bytes) : { id: sha256Of(bytes), size: bytes.length, existed: true }) }), /within the grace|while a collection runs/],
    ["marks before it looks at the clock", (good) => ({ collect: async (live, options) => good.collect!(listed(await all(live)), options) }), /while a collection runs/],
    ["removes what it has not been told of", (good) => ({ collect: async (live, options) => good.collect!(listed(await all(live).catch(() => [])), options) }), /nothing is removed/],
    ["forgets", () => ({ snapshot: () => [] }), /restart/],
  ];
  const seen = new Set<string>();

  test.each(faults)("on a backend that %s", async (_, broken, expected) => {
    expect(await failing(broken, expected)).not.toEqual([]);
    seen.clear();
  });

  test("and on none that is right", async () => {
    expect(await failing(() => ({}))).toEqual([]);
  });
});

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function all(ids: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const id of ids) found.push(id);
  return found;
}

async function* listed(ids: readonly string[]): AsyncGenerator<string> {
  yield* ids;
}

/** Holds on to the buffers it is given and gives. */
function aliasing(): Partial<ArtifactBackend> {
  const contents = new Map<string, Uint8Array>();
  return {
    put: async (bytes) => {
      const stored = await memoryArtifacts().put(bytes);
      contents.set(stored.id, bytes);
      return stored;
    },
    get: async (id) => contents.get(id)!,
  };
}
