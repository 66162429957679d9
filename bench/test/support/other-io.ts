import { realIo, type Io, type IoFile } from "@reprise/backend-fs";

/** The file system without its syncs: the disk of the machine has no say in what is measured. */
export function withoutSyncs(): Io {
  return withFiles({ ...realIo("blocking"), syncFile: async () => undefined, syncDirectory: async () => undefined }, (file) => ({ ...file, datasync: async () => undefined }));
}

/** What a backend would do that syncs once more than it need. */
export function syncingTwice(io: Io): Io {
  return withFiles(io, (file) => ({
    ...file,
    async datasync() {
      await file.datasync();
      await file.datasync();
    },
  }));
}

/** What a backend would do that hands on each append in two parts. */
export function writingInTwo(io: Io): Io {
  return withFiles(io, (file) => ({
    ...file,
    async write(bytes, position) {
      const half = bytes.length >> 1;
      await file.write(bytes.subarray(0, half), position);
      await file.write(bytes.subarray(half), position + half);
    },
  }));
}

function withFiles(io: Io, change: (file: IoFile) => IoFile): Io {
  return {
    ...io,
    async create(path) {
      const file = await io.create(path);
      return change({ identity: file.identity, write: (bytes, position) => file.write(bytes, position), datasync: () => file.datasync(), close: () => file.close() });
    },
  };
}
