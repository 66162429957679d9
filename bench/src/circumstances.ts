import { execFileSync } from "node:child_process";
import { statfsSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { Circumstances } from "./results.ts";
import { system } from "./system.ts";

const fileSystems = new Map([
  [0xef53, "ext4"],
  [0x9123683e, "btrfs"],
  [0x58465342, "xfs"],
  [0x01021994, "tmpfs, which is memory: syncs mean nothing here"],
  [0x794c7630, "overlay"],
]);

/** What the reader must know of the machine, and nothing that names it. */
export function circumstancesOf(directory: string, minutes: number): Circumstances {
  const { type } = statfsSync(directory);
  return {
    date: new Date(system.wallClock()).toISOString().slice(0, 10),
    node: system.nodeVersion,
    machine: `${availableParallelism()} cores, ${system.platform}`,
    fileSystem: fileSystems.get(type) ?? `file system type 0x${type.toString(16)}`,
    commit: commit(),
    minutes: Math.round(minutes),
  };
}

/** Eight digits, or nothing outside of a clone. */
function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short=8", "HEAD"], { cwd: import.meta.dirname, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown";
  }
}
