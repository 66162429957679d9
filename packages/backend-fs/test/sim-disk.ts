import type { FileIdentity, Io, IoFile } from "@reprise/backend-fs";

/** Uniform in [0, 1). */
export type Random = () => number;

interface SimFile {
  readonly type: "file";
  readonly inode: number;
  /** When it was last written or touched; a power loss does not undo it. */
  modifiedMs: number;
  /** What processes see. */
  bytes: Uint8Array;
  /** What survives a power loss for certain. */
  durable: Uint8Array;
  /** Writes since the last sync. */
  pending: { readonly position: number; readonly bytes: Uint8Array }[];
  /** Ranges whose pages a failed sync has marked clean: no later sync writes them. */
  lost: { readonly from: number; readonly to: number }[];
}

interface SimDirectory {
  readonly type: "directory";
  readonly inode: number;
  readonly names: Map<string, SimNode>;
  readonly durableNames: Map<string, SimNode>;
}

type SimNode = SimFile | SimDirectory;

/** One change of names that happens as a whole; a rename between directories has two effects. */
interface NameChange {
  readonly effects: readonly { readonly directory: SimDirectory; readonly name: string; readonly node: SimNode | undefined }[];
}

/** What every operation of a simulated process asks first; throws to make it fail, before it had any effect. */
export type Gate = (operation: string, path: string) => void;

const sectorBytes = 64;

/**
 * A disk with a page cache, weaker than any real one: after a power loss any subset of the 64-byte sectors written since a
 * file's last sync may be there, its length may or may not have grown, and any prefix or any subset of the changes of names
 * since the last sync of their directory. A failed sync loses the pages for good while processes still see them.
 */
export class SimDisk {
  #nextInode = 1;
  #root: SimDirectory = this.#newDirectory();
  #changes: NameChange[] = [];
  readonly #now: () => number;

  /** `now`: the clock of the file system. */
  constructor(now: () => number = () => 0) {
    this.#now = now;
  }

  /** The disk as one process uses it. */
  io(gate: Gate = () => undefined): Io {
    return {
      mkdir: async (path) => {
        gate("mkdir", path);
        this.#add(path, this.#newDirectory());
      },
      readdir: async (path) => {
        gate("readdir", path);
        return [...this.#directory(path).names.keys()];
      },
      read: async (path) => {
        gate("read", path);
        return this.#file(path).bytes.slice();
      },
      stat: async (path) => {
        gate("stat", path);
        const node = this.#find(path);
        const size = node.type === "file" ? node.bytes.length : 0;
        return { kind: node.type, size, modifiedMs: node.type === "file" ? node.modifiedMs : 0, permissions: node.type === "file" ? 0o600 : 0o700, isOwn: true };
      },
      touch: async (path) => {
        gate("touch", path);
        this.#file(path).modifiedMs = this.#now();
      },
      create: async (path) => {
        gate("create", path);
        const file: SimFile = { type: "file", inode: (this.#nextInode += 1), modifiedMs: this.#now(), bytes: new Uint8Array(), durable: new Uint8Array(), pending: [], lost: [] };
        this.#add(path, file);
        return openFile(file, path, gate, this.#now);
      },
      look: async (path) => {
        gate("look", path);
        const node = this.#at(path);
        return node === undefined ? undefined : identityOf(node);
      },
      rename: async (from, to) => {
        gate("rename", from);
        const node = this.#find(from);
        this.#change([
          { ...this.#place(from), node: undefined },
          { ...this.#place(to), node },
        ]);
      },
      unlink: async (path) => {
        gate("unlink", path);
        this.#file(path);
        this.#change([{ ...this.#place(path), node: undefined }]);
      },
      rmdir: async (path) => {
        gate("rmdir", path);
        if (this.#directory(path).names.size > 0) throw systemError("ENOTEMPTY", path);
        this.#change([{ ...this.#place(path), node: undefined }]);
      },
      syncFile: async (path) => syncContent(this.#file(path), () => gate("syncFile", path)),
      syncDirectory: async (path) => {
        gate("syncDirectory", path);
        const directory = this.#directory(path);
        const touches = ({ effects }: NameChange): boolean => effects.some((effect) => effect.directory === directory);
        for (const change of this.#changes.filter(touches)) applyDurably(change);
        this.#changes = this.#changes.filter((change) => !touches(change));
      },
    };
  }

  /** What is left after a power loss. The disk itself is left alone: those who still use it have been cut off. */
  afterPowerLoss(random: Random): SimDisk {
    const kept =
      random() < 0.5
        ? this.#changes.slice(0, Math.floor(random() * (this.#changes.length + 1)))
        : this.#changes.filter(() => random() < 0.5);
    const disk = new SimDisk(this.#now);
    disk.#nextInode = this.#nextInode;
    disk.#root = survivor(this.#root, kept, random) as SimDirectory;
    return disk;
  }

  /** Another disk with the same files, for one who changes them. */
  copy(): SimDisk {
    const disk = new SimDisk(this.#now);
    disk.#nextInode = this.#nextInode;
    disk.#root = copyOf(this.#root) as SimDirectory;
    return disk;
  }

  /** Every file with its content, by path; `replace` puts back a changed one. */
  files(): Map<string, Uint8Array> {
    const found = new Map<string, Uint8Array>();
    const walk = (path: string, node: SimNode): void => {
      if (node.type === "file") found.set(path, node.bytes);
      else for (const [name, child] of node.names) walk(`${path}/${name}`, child);
    };
    walk("", this.#root);
    return found;
  }

  /** Changes a file behind everybody's back; undefined deletes it. */
  replace(path: string, bytes: Uint8Array | undefined): void {
    const { directory, name } = this.#place(path);
    if (bytes === undefined) {
      directory.names.delete(name);
      directory.durableNames.delete(name);
      return;
    }
    const file = this.#file(path);
    file.bytes = bytes.slice();
    file.durable = bytes.slice();
    file.pending = [];
  }

  #newDirectory(): SimDirectory {
    return { type: "directory", inode: (this.#nextInode += 1), names: new Map(), durableNames: new Map() };
  }

  #place(path: string): { readonly directory: SimDirectory; readonly name: string } {
    const parts = path.split("/").filter((part) => part !== "");
    const name = parts.pop()!;
    return { directory: this.#directory(`/${parts.join("/")}`), name };
  }

  #find(path: string): SimNode {
    const node = this.#at(path);
    if (node === undefined) throw systemError("ENOENT", path);
    return node;
  }

  #at(path: string): SimNode | undefined {
    let node: SimNode = this.#root;
    for (const part of path.split("/").filter((text) => text !== "")) {
      if (node.type !== "directory") throw systemError("ENOTDIR", path);
      const next = node.names.get(part);
      if (next === undefined) return undefined;
      node = next;
    }
    return node;
  }

  #directory(path: string): SimDirectory {
    const node = this.#find(path);
    if (node.type !== "directory") throw systemError("ENOTDIR", path);
    return node;
  }

  #file(path: string): SimFile {
    const node = this.#find(path);
    if (node.type !== "file") throw systemError("EISDIR", path);
    return node;
  }

  #add(path: string, node: SimNode): void {
    const place = this.#place(path);
    if (place.directory.names.has(place.name)) throw systemError("EEXIST", path);
    this.#change([{ ...place, node }]);
  }

  #change(effects: NameChange["effects"]): void {
    for (const { directory, name, node } of effects) {
      if (node === undefined) directory.names.delete(name);
      else directory.names.set(name, node);
    }
    this.#changes.push({ effects });
  }
}

function applyDurably({ effects }: NameChange): void {
  for (const { directory, name, node } of effects) {
    if (node === undefined) directory.durableNames.delete(name);
    else directory.durableNames.set(name, node);
  }
}

function openFile(file: SimFile, path: string, gate: Gate, now: () => number): IoFile {
  return {
    identity: identityOf(file),
    write: async (bytes, position) => {
      gate("write", path);
      file.bytes = overlaid(file.bytes, bytes, position);
      file.modifiedMs = now();
      file.pending.push({ position, bytes: bytes.slice() });
    },
    datasync: async () => syncContent(file, () => gate("datasync", path)),
    close: async () => gate("close", path),
  };
}

function syncContent(file: SimFile, gate: () => void): void {
  try {
    gate();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EIO") {
      file.lost.push(...file.pending.map((write) => ({ from: write.position, to: write.position + write.bytes.length })));
      file.pending = [];
    }
    throw error;
  }
  file.durable = withoutLost(file);
  file.pending = [];
}

function identityOf(node: SimNode): FileIdentity {
  return { device: 1n, inode: BigInt(node.inode) };
}

function overlaid(base: Uint8Array, bytes: Uint8Array, position: number): Uint8Array {
  const result = new Uint8Array(Math.max(base.length, position + bytes.length));
  result.set(base);
  result.set(bytes, position);
  return result;
}

/** What processes see, with the lost ranges as they are on the disk. */
function withoutLost(file: SimFile): Uint8Array {
  const result = file.bytes.slice();
  for (const { from, to } of file.lost) {
    result.fill(0, from, to);
    result.set(file.durable.subarray(from, to), Math.min(from, result.length));
  }
  return result;
}

function survivor(node: SimNode, kept: readonly NameChange[], random: Random): SimNode {
  if (node.type === "file") {
    const bytes = survivingBytes(node, random);
    return { type: "file", inode: node.inode, modifiedMs: node.modifiedMs, bytes, durable: bytes.slice(), pending: [], lost: [] };
  }
  const names = new Map(node.durableNames);
  for (const { effects } of kept) {
    for (const effect of effects) {
      if (effect.directory !== node) continue;
      if (effect.node === undefined) names.delete(effect.name);
      else names.set(effect.name, effect.node);
    }
  }
  const children = [...names].map(([name, child]) => [name, survivor(child, kept, random)] as const);
  return { type: "directory", inode: node.inode, names: new Map(children), durableNames: new Map(children) };
}

/** With everything durable. */
function copyOf(node: SimNode): SimNode {
  if (node.type === "file") return { ...node, durable: node.bytes, pending: [], lost: [] };
  const children = [...node.names].map(([name, child]) => [name, copyOf(child)] as const);
  return { type: "directory", inode: node.inode, names: new Map(children), durableNames: new Map(children) };
}

function survivingBytes(file: SimFile, random: Random): Uint8Array {
  const all = withoutLost(file);
  const mode = Math.floor(random() * 4);
  if (mode === 0 || file.pending.length === 0) return file.durable.slice();
  if (mode === 1) return all;
  if (mode === 2) return all.slice(0, file.durable.length + Math.floor(random() * (all.length - file.durable.length + 1)));
  const result = new Uint8Array(random() < 0.8 ? all.length : file.durable.length);
  result.set(file.durable.subarray(0, result.length));
  for (const { position, bytes } of file.pending) {
    for (let at = 0; at < bytes.length; at += sectorBytes) {
      if (random() < 0.5 || position + at >= result.length) continue;
      result.set(bytes.subarray(at, Math.min(at + sectorBytes, result.length - position)), position + at);
    }
  }
  return result;
}

/** What Node throws for a failed system call. */
export function systemError(code: string, path: string): NodeJS.ErrnoException {
  // Most are caught at once, and stacks are what takes time.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = new Error(`${code}: simulated, ${path}`);
  Error.stackTraceLimit = stackTraceLimit;
  return Object.assign(error, { code, syscall: "simulated", path });
}
