import type { Io, IoFile } from "./io.ts";

/** An operation of {@link Io}, or of a file that it has created. */
export type IoOperation = "mkdir" | "readdir" | "read" | "stat" | "touch" | "create" | "look" | "rename" | "unlink" | "rmdir" | "syncFile" | "syncDirectory" | "write" | "datasync" | "close";

/** What is done, just before it is done. */
export interface IoCall {
  readonly operation: IoOperation;
  readonly path: string;
  /** Counted from 1 over all operations, and over those of this kind. */
  readonly number: number;
  readonly numberOfKind: number;
}

/**
 * What is to happen instead: a system error code (`"ENOSPC"`) fails the operation before it has any effect; `{ after }` lets it be
 * done and then fail; `{ shortWriteOf }` writes so many bytes of what was given and fails. Undefined: nothing.
 */
export type IoFault = string | { readonly after: string } | { readonly shortWriteOf: number; readonly code: string } | undefined;

/**
 * Wraps a file system so that operations fail as the system would let them fail: with a system error that has this `code`.
 *
 * @example
 * ```ts
 * import { faultyIo, fsBackend, realIo } from "@reprise/backend-fs";
 *
 * // The third sync fails, as a dying disk would let it fail.
 * const io = faultyIo(realIo(), ({ operation, numberOfKind }) => (operation === "datasync" && numberOfKind === 3 ? "EIO" : undefined));
 * const backend = fsBackend({ dir: ".reprise", io });
 * ```
 */
export function faultyIo(io: Io, faultOf: (call: IoCall) => IoFault): Io {
  let all = 0;
  const ofKind = new Map<IoOperation, number>();

  async function run<Result>(operation: IoOperation, path: string, work: () => Promise<Result>, writePart?: (bytes: number) => Promise<void>): Promise<Result> {
    all += 1;
    const numberOfKind = (ofKind.get(operation) ?? 0) + 1;
    ofKind.set(operation, numberOfKind);
    const fault = faultOf({ operation, path, number: all, numberOfKind });
    if (fault === undefined) return work();
    if (typeof fault === "string") throw systemError(fault, operation, path);
    if ("after" in fault) {
      await work();
      throw systemError(fault.after, operation, path);
    }
    await writePart?.(fault.shortWriteOf);
    throw systemError(fault.code, operation, path);
  }

  return {
    mkdir: (path) => run("mkdir", path, () => io.mkdir(path)),
    readdir: (path) => run("readdir", path, () => io.readdir(path)),
    read: (path) => run("read", path, () => io.read(path)),
    stat: (path) => run("stat", path, () => io.stat(path)),
    touch: (path) => run("touch", path, () => io.touch(path)),
    create: async (path) => {
      const file = await run("create", path, () => io.create(path));
      return {
        identity: file.identity,
        write: (bytes, position) => run("write", path, () => file.write(bytes, position), (most) => file.write(bytes.subarray(0, most), position)),
        datasync: () => run("datasync", path, () => file.datasync()),
        close: () => run("close", path, () => file.close()),
      } satisfies IoFile;
    },
    look: (path) => run("look", path, () => io.look(path)),
    rename: (from, to) => run("rename", to, () => io.rename(from, to)),
    unlink: (path) => run("unlink", path, () => io.unlink(path)),
    rmdir: (path) => run("rmdir", path, () => io.rmdir(path)),
    syncFile: (path) => run("syncFile", path, () => io.syncFile(path)),
    syncDirectory: (path) => run("syncDirectory", path, () => io.syncDirectory(path)),
  };
}

function systemError(code: string, operation: IoOperation, path: string): Error {
  return Object.assign(new Error(`${code}: planned fault, ${operation} '${path}'`), { code, syscall: operation, path });
}
