import { expect, test } from "vitest";
import { SyncTurns, type FileToSync } from "./sync-turns.ts";

/** A process whose turns end when the test says so, and a disk that takes as long as it says. */
class Disk {
  time = 0;
  /** What the next sync takes. */
  takesMs = 0.1;
  readonly made: string[] = [];
  readonly inPool: { readonly finish: () => void; readonly fail: (error: Error) => void }[] = [];
  readonly turns = new SyncTurns({ monotonic: () => this.time, atEndOfTurn: (callback) => void this.#ends.push(callback) });
  #ends: (() => void)[] = [];

  file(name: string, bytes = 300): FileToSync {
    return {
      bytes,
      syncNow: () => {
        this.time += this.takesMs;
        this.made.push(`${name} now`);
      },
      syncInPool: () =>
        new Promise((resolve, reject) => {
          this.made.push(`${name} in the pool`);
          this.inPool.push({ finish: () => ((this.time += this.takesMs), resolve()), fail: reject });
        }),
    };
  }

  endTurn(): void {
    for (const callback of this.#ends.splice(0)) callback();
  }

  /** Syncs one file alone, wherever it is made. */
  async alone(name: string, bytes?: number): Promise<string | undefined> {
    const synced = this.turns.sync(this.file(name, bytes));
    this.endTurn();
    this.inPool.shift()?.finish();
    await synced;
    return this.made.at(-1);
  }
}

test("a sync that is alone is made in the pool first, and in the event loop once the disk is known to be quick", async () => {
  const disk = new Disk();
  expect([await disk.alone("a"), await disk.alone("b"), await disk.alone("c")]).toEqual(["a in the pool", "b now", "c now"]);
});

test("on a slow disk syncs are made in the pool, and in the event loop again when it is quick again", async () => {
  const disk = new Disk();
  disk.takesMs = 8;
  expect([await disk.alone("a"), await disk.alone("b")]).toEqual(["a in the pool", "b in the pool"]);
  disk.takesMs = 0.1;
  for (let nth = 0; nth < 20; nth += 1) await disk.alone("c");
  expect(disk.made.at(-1)).toBe("c now");
});

test("much at once goes to the pool, and does not count for how quick the disk is", async () => {
  const disk = new Disk();
  await disk.alone("a");
  disk.takesMs = 100;
  expect(await disk.alone("much", 10 ** 7)).toBe("much in the pool");
  disk.takesMs = 0.1;
  expect(await disk.alone("b")).toBe("b now");
});

test("syncs that are wanted in one turn, or while others are under way, go to the pool, at most sixteen at a time", async () => {
  const disk = new Disk();
  await disk.alone("quick");
  const first = Array.from({ length: 10 }, (_, index) => disk.turns.sync(disk.file(`${index}`)));
  expect(disk.inPool).toHaveLength(0);
  disk.endTurn();
  expect(disk.inPool).toHaveLength(10);
  const later = Array.from({ length: 10 }, (_, index) => disk.turns.sync(disk.file(`${10 + index}`)));
  disk.endTurn();
  expect(disk.inPool).toHaveLength(16);
  for (const { finish } of disk.inPool.splice(0)) finish();
  await Promise.all(first);
  expect(disk.inPool).toHaveLength(4);
  for (const { finish } of disk.inPool.splice(0)) finish();
  await Promise.all(later);
  expect(disk.made.slice(1)).toEqual(Array.from({ length: 20 }, (_, index) => `${index} in the pool`));
  expect(await disk.alone("alone again")).toBe("alone again now");
});

test("a sync that fails is rejected wherever it was made, and those behind it go on", async () => {
  const disk = new Disk();
  await disk.alone("quick");
  const broken = { ...disk.file("broken"), syncNow: () => expect.fail("EIO") };
  const now = disk.turns.sync(broken);
  disk.endTurn();
  await expect(now).rejects.toThrow("EIO");
  const pooled = Array.from({ length: 17 }, (_, index) => disk.turns.sync(disk.file(`${index}`)));
  disk.endTurn();
  disk.inPool.shift()!.fail(new Error("EIO"));
  await expect(pooled[0]).rejects.toThrow("EIO");
  expect(disk.inPool).toHaveLength(16);
  for (const { finish } of disk.inPool.splice(0)) finish();
  await expect(Promise.all(pooled.slice(1))).resolves.toHaveLength(16);
});
