/** Tells whether a path still leads to the same file. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
}

/** What this package does with the file besides handing its name to SQLite. Never opens a file that exists: see `real-files.ts`. */
export interface Files {
  /** Undefined if there is none. */
  identify(file: string): FileIdentity | undefined;
  /** Makes an empty file for its owner only, and the directories above it; their names are durable. What exists is left alone. */
  create(file: string): void;
  /** Name of the file system if the file lies on one that is reached through a network; undefined if not, or if nobody can tell. */
  networkFileSystem(file: string): string | undefined;
}

/** Whether both are the same file. */
export function isSameFile(one: FileIdentity | undefined, other: FileIdentity | undefined): boolean {
  return one !== undefined && other !== undefined && one.device === other.device && one.inode === other.inode;
}

// f_type of statfs(2). SQLite's shared memory does not work across machines, and locks of these are what their servers make of them.
const networkTypes: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x01021997, "9P"],
  [0x5346414f, "AFS"],
  [0x00c36400, "Ceph"],
]);

/** Name of a network file system by the type that Linux gives. */
export function networkNameOf(type: number): string | undefined {
  return networkTypes.get(type);
}
