import { constants, fdatasyncSync, fstatSync, lstatSync, readFileSync, statSync, writeSync } from "node:fs";
import { lstat, lutimes, mkdir, open, readdir, rename, rmdir, unlink, type FileHandle } from "node:fs/promises";
import { hostname } from "node:os";
import { setImmediate } from "node:timers";
import { threadId } from "node:worker_threads";
import type { FileIdentity, FileStatus, Io, IoFile } from "./io.ts";
import type { ProcessIdentity, Processes } from "./processes.ts";
import { SyncTurns, type TurnSystem } from "./sync-turns.ts";

/**
 * Where syncs are waited for. `pool`: in the thread pool. `blocking`: in the event loop, and nothing else moves meanwhile. `auto`: in the event
 * loop if no other is wanted and they have lately been short, otherwise in the pool.
 */
export type SyncMode = "auto" | "pool" | "blocking";

const windows = process.platform === "win32";
// Windows has no O_NOFOLLOW.
const noFollow = (constants.O_NOFOLLOW as number | undefined) ?? 0;
const fileMode = 0o600;
const directoryMode = 0o700;
// A write ends in the page cache: a microsecond, and some hundred for a MiB, where the thread pool costs eighty for nothing.
const mostAtOnce = 2 ** 18;

/**
 * The file system of this machine. `sync`: see {@link SyncMode}; default: `auto`.
 *
 * @example
 * ```ts
 * import { fsBackend, realIo } from "@reprise/backend-fs";
 *
 * const backend = fsBackend({ dir: ".reprise", io: realIo("blocking") });
 * await backend.close();
 * ```
 */
export function realIo(sync: SyncMode = "auto"): Io {
  // The timer is imported, not global: fake timers in the tests of users would never call back.
  const create = fileCreator(sync, { monotonic: () => performance.now(), atEndOfTurn: (callback) => void setImmediate(callback) });
  return {
    mkdir: (path) => mkdir(path, { mode: directoryMode }),
    readdir: (path) => readdir(path),
    read: readWhole,
    stat: statusOf,
    // Node cannot ask for the time of the file system. This one is never behind it.
    touch: async (path) => lutimes(path, new Date(), new Date()),
    create,
    look,
    rename: windows ? renameBesideScanners : rename,
    unlink: (path) => unlink(path),
    rmdir: (path) => rmdir(path),
    syncFile,
    syncDirectory,
  };
}

async function statusOf(path: string): Promise<FileStatus> {
  const stats = await lstat(path);
  const kind = stats.isFile() ? "file" : stats.isDirectory() ? "directory" : stats.isSymbolicLink() ? "link" : "other";
  const isOwn = process.getuid === undefined || process.getuid() === stats.uid;
  return { kind, size: stats.size, modifiedMs: stats.mtimeMs, permissions: windows ? undefined : stats.mode & 0o777, isOwn };
}

/** A microsecond in memory; in the thread pool it would wait behind other runs' syncs. */
async function look(path: string): Promise<FileIdentity | undefined> {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : identityOf(stats);
}

function identityOf(stats: { readonly dev: bigint; readonly ino: bigint }): FileIdentity {
  return { device: stats.dev, inode: stats.ino };
}

async function readWhole(path: string): Promise<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY | noFollow);
  try {
    const { buffer, byteOffset, length } = await handle.readFile();
    // Not a Buffer, whose slice() would alias what a caller takes for its own.
    return new Uint8Array(buffer, byteOffset, length);
  } finally {
    await handle.close();
  }
}

type SyncOf = (handle: FileHandle, bytes: number) => Promise<void>;

/** `Io.create` of a real disk. */
function fileCreator(mode: SyncMode, system: TurnSystem): (path: string) => Promise<IoFile> {
  const sync = syncOf(mode, system);
  const most = mode === "blocking" ? Infinity : mostAtOnce;
  return async (path) => {
    const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow, fileMode);
    try {
      return fileOf(handle, sync, most);
    } catch (error) {
      await handle.close();
      throw error;
    }
  };
}

// Asked for its number at each call: once a handle is closed, its number is another file's.
function syncOf(mode: SyncMode, system: TurnSystem): SyncOf {
  if (mode === "pool") return (handle) => handle.datasync();
  if (mode === "blocking") return async (handle) => fdatasyncSync(handle.fd);
  const turns = new SyncTurns(system);
  return (handle, bytes) => turns.sync({ bytes, syncNow: () => fdatasyncSync(handle.fd), syncInPool: () => handle.datasync() });
}

function fileOf(handle: FileHandle, sync: SyncOf, mostNow: number): IoFile {
  let unsynced = 0;
  return {
    identity: identityOf(fstatSync(handle.fd, { bigint: true })),
    async write(bytes, position) {
      unsynced += bytes.length;
      if (bytes.length > mostNow) return writeInPool(handle, bytes, position);
      for (let done = 0; done < bytes.length; ) done += writeSync(handle.fd, bytes, done, bytes.length - done, position + done);
    },
    datasync() {
      const bytes = unsynced;
      unsynced = 0;
      return sync(handle, bytes);
    },
    close: () => handle.close(),
  };
}

async function writeInPool(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

async function syncFile(path: string): Promise<void> {
  // Windows does not sync what may only be read.
  const handle = await open(path, (windows ? constants.O_RDWR : constants.O_RDONLY) | noFollow);
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  try {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Windows cannot sync a directory; NTFS logs names by itself.
    if (!(windows && ["EPERM", "EISDIR", "EINVAL", "ENOTSUP"].includes(codeOf(error)))) throw error;
  }
}

/** On Windows a virus scanner that has the file open makes a rename fail for a moment. */
async function renameBesideScanners(from: string, to: string): Promise<void> {
  for (let delayMs = 10; ; delayMs *= 2) {
    try {
      return await rename(from, to);
    } catch (error) {
      if (delayMs > 1000 || !["EPERM", "EBUSY", "EACCES"].includes(codeOf(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "";
}

/**
 * The processes of this machine. `host` replaces its name in leases.
 *
 * @example
 * ```ts
 * import { realProcesses } from "@reprise/backend-fs";
 *
 * const { self, find } = realProcesses("worker-1");
 * console.log(self.host); // worker-1
 * console.log(find(self.pid) !== undefined); // true
 * ```
 */
export function realProcesses(host: string = hostname()): Processes {
  const self: ProcessIdentity = {
    host,
    boot: textOf("/proc/sys/kernel/random/boot_id") ?? null,
    pidNamespace: namespaceOf("/proc/self/ns/pid"),
    pid: process.pid,
    started: processStatus(process.pid)?.started ?? null,
    thread: threadId,
  };
  return { self, find };
}

function find(pid: number): { readonly started: string | null } | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if (codeOf(error) === "ESRCH") return undefined;
  }
  const status = processStatus(pid);
  if (status === undefined) return { started: null };
  // Z and X: dead, its parent has not noticed yet.
  return status.state === "Z" || status.state === "X" ? undefined : { started: status.started };
}

/** State and start time (in clock ticks since boot) of a process; undefined where there is no /proc or it may not be read. */
function processStatus(pid: number): { readonly state: string; readonly started: string } | undefined {
  const text = textOf(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field is the program's name in parentheses and may hold anything; see proc_pid_stat(5).
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", started: fields[19] ?? "" };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1").trim();
  } catch (error) {
    if (codeOf(error) === "") throw error;
    return undefined; // not Linux, or hidden from us: we know less, and wait longer
  }
}

function namespaceOf(path: string): string | null {
  try {
    return String(statSync(path, { bigint: true }).ino);
  } catch (error) {
    if (codeOf(error) === "") throw error;
    return null;
  }
}
