/** What the files of one package say about it. */
export interface Inspection {
  /** As `package.json` declares it. */
  readonly licence?: string;
  /** As the licence text reads, if there is one and it is well known. */
  readonly licenceText?: string;
  /** Name of the licence file. */
  readonly licenceFile?: string;
  readonly files: number;
  readonly bytes: number;
  /** Scripts that run while the package is installed: `postinstall: node build.js`. */
  readonly installScripts: readonly string[];
  /** The deprecation notice, if the manifest carries one. */
  readonly deprecated?: string;
}
