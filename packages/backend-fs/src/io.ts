/** Which file a path or a handle means; two are the same file iff both numbers are equal. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
}

/** What is known of a path without opening it; a symbolic link is looked at itself. */
export interface FileStatus {
  readonly kind: "file" | "directory" | "link" | "other";
  /** In bytes. */
  readonly size: number;
  /** When its content was last written, or `touch` called: milliseconds since the epoch, by the clock of the file system. */
  readonly modifiedMs: number;
  /** The nine permission bits; undefined where the platform has none. */
  readonly permissions: number | undefined;
  /** Belongs to the user of this process; true where the platform does not say. */
  readonly isOwn: boolean;
}

/** A file that was created by this process and is open for writing. */
export interface IoFile {
  readonly identity: FileIdentity;
  /** Writes all of the bytes, in as many system calls as it takes. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Resolves when the file's content and length are on stable storage. */
  datasync(): Promise<void>;
  /** Lets go of the file; what was written stays as durable as it is. */
  close(): Promise<void>;
}

/**
 * The only door to the file system: the backend does nothing to a disk that is not in here, so that a simulator or a
 * fault injector that implements this runs the code that is shipped. Paths are absolute. Failures are Node's system
 * errors, with `code` (`ENOENT`, `EEXIST`, …). Symbolic links are never followed at the last step of a path.
 */
export interface Io {
  /** Creates one directory, for its owner only. `EEXIST` if there is something. */
  mkdir(path: string): Promise<void>;
  /** The names in a directory, in any order. */
  readdir(path: string): Promise<readonly string[]>;
  /** The whole file, in memory that nobody else holds. */
  read(path: string): Promise<Uint8Array>;
  /** What is at this path. `ENOENT` if nothing is. */
  stat(path: string): Promise<FileStatus>;
  /** Makes a file look as if it had been written just now. */
  touch(path: string): Promise<void>;
  /** Creates a file, for its owner only; `EEXIST` if there is something. */
  create(path: string): Promise<IoFile>;
  /** Which file a path means now; undefined if none. On the way of every acknowledgement: worth being answered without a queue. */
  look(path: string): Promise<FileIdentity | undefined>;
  /** Replaces what is at `to`, atomically. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file. */
  unlink(path: string): Promise<void>;
  /** Removes an empty directory. `ENOTEMPTY` if it is not. */
  rmdir(path: string): Promise<void>;
  /** Resolves when the content of this file is on stable storage, whoever has written it. */
  syncFile(path: string): Promise<void>;
  /** Resolves when the names in this directory are on stable storage. */
  syncDirectory(path: string): Promise<void>;
}
