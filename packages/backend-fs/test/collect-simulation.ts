import { createHash } from "node:crypto";
import { fsArtifacts, type Io } from "@reprise/backend-fs";
import { isRepriseError, type ArtifactBackend } from "@reprise/core/spi";
import { SimDisk, systemError, type Random } from "./sim-disk.ts";
import { seededRandom, SimSystem } from "./sim-system.ts";

const contents = Array.from({ length: 5 }, (_, index) => Buffer.from(`content ${index}`));
const idOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Turns a file system into a faulty one: the simulation must then find that something is lost. */
export type Mutation = (io: Io) => Io;

/**
 * Plays processes that put contents and then name them, others that stop naming them, and collectors, all at once on one disk, with crashes at any
 * operation and losses of power in between. Throws if a content that is named cannot be had. Returns how many contents were
 * collected.
 */
export async function simulateCollections(seed: number, mutate: Mutation = (io) => io): Promise<number> {
  const random = seededRandom(seed);
  // Without a grace nothing but the order of the steps keeps a content from being deleted at once.
  const graceMs = seed % 2 === 0 ? 0 : 1000;
  const system = new SimSystem();
  let disk = new SimDisk(() => system.now());
  /** What journals name. It is named only after its put has resolved. */
  const named = new Set<string>();
  let removed = 0;

  const below = (limit: number): number => Math.floor(random() * limit);
  for (let round = 0; round < 12; round += 1) {
    const works = Array.from({ length: 2 + below(4) }, async () => {
      const { artifacts } = begin(disk, { random, system, mutate });
      const bytes = contents[below(contents.length)]!;
      await turns(below(200));
      try {
        if (random() < 0.4) {
          // Who marks takes its time, and reads each journal once.
          const live = async function* (): AsyncGenerator<string> {
            const found = [...named];
            await turns(below(20));
            yield* found;
            await turns(below(20));
            yield* [...named].filter((id) => !found.includes(id));
          };
          removed += (await artifacts.collect!(live(), { graceMs })).removed;
        } else {
          await artifacts.put(bytes);
          if (random() < 0.7) named.add(idOf(bytes));
        }
      } catch (error) {
        if (!isRepriseError(error, "IO")) throw error;
      }
    });
    await Promise.all(works);
    if (random() < 0.3) disk = disk.afterPowerLoss(random);
    for (const id of named) await expectIntact(begin(disk, { random: () => 1, system, mutate }).artifacts, id);
    for (const id of named) if (random() < 0.2) named.delete(id);
    system.advance(random() < 0.5 ? below(500) : 1010 + below(1000));
  }
  return removed;
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

/** A process of its own, which is interrupted before any operation, and may die there. */
function begin(disk: SimDisk, { random, system, mutate }: { readonly random: Random; readonly system: SimSystem; readonly mutate: Mutation }): { readonly artifacts: ArtifactBackend } {
  let left = random() < 0.3 ? Math.floor(random() * 25) : Number.POSITIVE_INFINITY;
  const io = disk.io((_, path) => {
    left -= 1;
    if (left < 0) throw systemError("ECRASH", path);
  });
  const slowly = <Arguments extends unknown[], Result>(work: (...given: Arguments) => Promise<Result>) => async (...given: Arguments): Promise<Result> => {
    if (random() < 0.5) await turns(Math.floor(random() * 8));
    return work(...given);
  };
  const interrupted: Io = { ...io, rename: slowly(io.rename), touch: slowly(io.touch), stat: slowly(io.stat), read: slowly(io.read), unlink: slowly(io.unlink), readdir: slowly(io.readdir), create: slowly(io.create), syncDirectory: slowly(io.syncDirectory) };
  return { artifacts: fsArtifacts({ dir: "/contents", io: mutate(interrupted), system }) };
}

async function expectIntact(artifacts: ArtifactBackend, id: string): Promise<void> {
  if (idOf(await artifacts.get(id)) !== id) throw new Error(`${id} is another content`);
}
