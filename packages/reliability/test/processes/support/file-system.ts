import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A file system of its own, of a few MiB. Unmounted and removed after the test. */
export interface FileSystem {
  readonly path: string;
  /** Leaves only so much space to others. */
  fill(remainingBytes: number): void;
  free(): void;
}

/** One on an image that is mounted as a loop device. */
export interface ImageFileSystem extends FileSystem {
  /**
   * Stops the file system at once: what it has not written to its device is lost, its journal included (`FS_IOC_SHUTDOWN` with
   * `NOLOGFLUSH`). Everything fails from then on, until it is mounted anew.
   */
  cutPower(): void;
  /** Mounts it anew; nothing may be open on it. It puts itself in order as after a power loss. */
  mountAnew(options?: string): void;
}

/** Why there is none. */
export interface Obstacle {
  readonly obstacle: string;
}

/** A tmpfs of so many bytes. */
export function tmpfs(bytes: number): FileSystem | Obstacle {
  return unlessRefused((root) => {
    const path = mountPoint(root);
    run("mount", "-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", path);
    return { path, ...ballast(path) };
  });
}

/** A file system in a file: `ext4`, or another that `mkfs.<type>` makes. */
export function imageFileSystem(type: string, bytes: number): ImageFileSystem | Obstacle {
  return unlessRefused((root) => {
    const path = mountPoint(root);
    const image = join(root, "image");
    writeFileSync(image, "");
    truncateSync(image, bytes);
    run(`mkfs.${type}`, "-q", image);
    const mount = (options: string): void => run("mount", "-o", `loop,${options}`, image, path);
    mount("defaults");
    return {
      path,
      ...ballast(path),
      cutPower: () => run("perl", "-e", shutDown, path),
      mountAnew(options = "defaults") {
        run("umount", path);
        mount(options);
      },
    };
  });
}

// FS_IOC_SHUTDOWN is _IOR('X', 125, __u32); 2 is FS_SHUTDOWN_FLAGS_NOLOGFLUSH. Node cannot call an ioctl.
const shutDown = 'open(my $d, "<", $ARGV[0]) or die "open: $!"; my $flag = pack("L", 2); defined(ioctl($d, 0x8004587d, $flag)) or die "FS_IOC_SHUTDOWN: $!"';

function unlessRefused<Made>(make: (root: string) => Made): Made | Obstacle {
  const root = mkdtempSync(join(tmpdir(), "reprise-mount-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  try {
    return make(root);
  } catch (error) {
    return { obstacle: error instanceof Error ? error.message.trim() : String(error) };
  }
}

function mountPoint(root: string): string {
  const path = join(root, "mounted");
  mkdirSync(path);
  // Before its directory is removed: what is called last at the end is what was asked for first.
  onTestFinished(() => {
    try {
      run("umount", "--lazy", path);
    } catch (error) {
      if (!/not mounted|no mount point/u.test(String(error))) throw error;
    }
  });
  return path;
}

function run(command: string, ...words: readonly string[]): void {
  execFileSync(command, words, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
}

function ballast(root: string): Pick<FileSystem, "fill" | "free"> {
  const path = join(root, "ballast");
  const block = Buffer.alloc(4096, "x");
  return {
    fill(remainingBytes) {
      const file = openSync(path, "w");
      let size = 0;
      try {
        for (;;) size += writeSync(file, block);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      } finally {
        ftruncateSync(file, Math.max(0, size - remainingBytes));
        closeSync(file);
      }
    },
    free: () => rmSync(path, { force: true }),
  };
}
