import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** An entry of a published package. */
export interface Entry {
  /** `@reprise/core/spi` */
  readonly name: string;
  /** Its source, absolute. */
  readonly source: string;
  /** The README of the package, absolute, for its main entry. */
  readonly readme: string | undefined;
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

/** The entries of every published package below `root`, those of a package behind one another. */
export function publishedEntries(root: string): readonly Entry[] {
  const packages = join(root, "packages");
  return readdirSync(packages).toSorted().flatMap((folder) => {
    const top = join(packages, folder);
    const { name, private: isPrivate = false, exports = {} } = JSON.parse(readFileSync(join(top, "package.json"), "utf8")) as Manifest;
    if (isPrivate) return [];
    return Object.entries(exports).flatMap(([entry, target]) => {
      const source = typeof target === "string" ? undefined : target["@reprise/source"];
      if (source === undefined) return [];
      return [{ name: name + entry.slice(1), source: join(top, source), readme: entry === "." ? join(top, "README.md") : undefined }];
    });
  });
}
