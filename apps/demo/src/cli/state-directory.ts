import { access, constants, mkdir, readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeAtomically } from "../report/write-atomically.ts";

/** The state directory cannot be used. Exit code 4. */
export class StateDirectoryError extends Error {
  override readonly name = "StateDirectoryError";
  readonly code: "FOREIGN_DIRECTORY" | "NOT_FOUND" | "IO";

  constructor(code: StateDirectoryError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Where everything of one state directory lies. */
export interface StateDirectory {
  /** As it was typed. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** Nobody named another one. */
  readonly isDefault: boolean;
  /** For `fsBackend`. */
  readonly runs: string;
  /** One line per finished audit. */
  readonly notifications: string;
  reportFolder(run: string): string;
  tally(run: string): string;
}

/** In the working directory, where people look for what a program has made. */
export const defaultStateDirectory = "reprise-demo";

const marker = "reprise-demo.json";
const markerText = `${JSON.stringify({ madeBy: "reprise-demo", format: 1 })}\n`;

/** Where things lie, without touching the disk. */
export function stateDirectoryAt(name: string): StateDirectory {
  const path = resolve(name);
  return {
    name,
    path,
    isDefault: name === defaultStateDirectory,
    runs: join(path, "runs"),
    notifications: join(path, "audits.log"),
    reportFolder: (run) => join(path, "reports", run),
    tally: (run) => join(path, "tally", `${run}.log`),
  };
}

/**
 * Makes sure that a state directory is ours and writable, creating it if `create` is true. A folder with other files in
 * it is refused, so that a mistyped `--state-dir` never mixes with somebody's work.
 */
export async function openStateDirectory(name: string, options: { readonly create: boolean }): Promise<StateDirectory> {
  const path = resolve(name);
  const directory = stateDirectoryAt(name);
  try {
    if (options.create) await mkdir(path, { recursive: true });
    // What a process killed while it made the marker left behind is no reason to refuse the folder.
    const entries = (await readdir(path)).filter((entry) => entry !== `.${marker}.tmp`);
    if (entries.includes(marker)) await checkMarker(name, join(path, marker));
    else if (!options.create) throw new StateDirectoryError("NOT_FOUND", `${name} holds no runs of this demo`);
    else if (entries.length > 0) throw new StateDirectoryError("FOREIGN_DIRECTORY", `${name} holds other files: name a new or empty folder with --state-dir`);
    else await writeAtomically(join(path, marker), markerText);
    await access(path, constants.W_OK);
    if (options.create) await mkdir(join(path, "tally"), { recursive: true });
    return directory;
  } catch (error) {
    if (error instanceof StateDirectoryError) throw error;
    const { code = "unknown", message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && !options.create) throw new StateDirectoryError("NOT_FOUND", `${name} does not exist: no runs yet`, { cause: error });
    throw new StateDirectoryError("IO", `${name} cannot be used as state directory (${code}): ${message}`, { cause: error });
  }
}

async function checkMarker(name: string, path: string): Promise<void> {
  const text = await readFile(path, "utf8");
  if (text === markerText) return;
  throw new StateDirectoryError("FOREIGN_DIRECTORY", `${name}/${marker} is not of this version of the demo: name another folder with --state-dir`);
}
