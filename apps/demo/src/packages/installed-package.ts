/** One package of the audited folder: a name and a version, wherever and however often it lies on the disk. */
export interface InstalledPackage {
  /** `name@version` */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** One of its folders (the first by name), relative to the audited folder, with `/`. */
  readonly path: string;
  /** How many folders hold this very version. */
  readonly copies: number;
}

/** A folder in a `node_modules` that should hold a package and does not. */
export interface BrokenPackage {
  /** Relative to the audited folder, with `/`. */
  readonly path: string;
  readonly reason: string;
}

/** What `discover` finds: both lists sorted, so that equal folders give equal results. */
export interface Discovery {
  readonly packages: readonly InstalledPackage[];
  readonly broken: readonly BrokenPackage[];
}
