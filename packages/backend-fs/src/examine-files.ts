import { join } from "node:path";
import type { DoctorFinding } from "./doctor.ts";
import type { FileStatus, Io } from "./io.ts";
import { epochOf, inboxName, type StorePaths } from "./paths.ts";
import { namesIn, statusIfPresent } from "./replace-file.ts";

const temporary = /\.tmp$/;
const runFile = /^(?:e-\d{8,10}\.j|head\.json|lease\.json|(?:head|lease)\.json\.\d+\.tmp)$/;
const messageFile = /^\d{8,}(?:-[a-z0-9_-]{1,64}\.m|\.tmp)$/;

/** What of a store is whose, and open to whom; what is foreign in it, and what was left. */
export async function examineFiles(io: Io, paths: StorePaths): Promise<DoctorFinding[]> {
  const findings: DoctorFinding[] = [];
  const look = async (path: string, kind: FileStatus["kind"]): Promise<boolean> => {
    const status = await statusIfPresent(io, path);
    if (status === undefined) return false;
    findings.push(...accessFindings(path, status, kind));
    return status.kind === kind;
  };
  const walk = async (directory: string, entry: (name: string, path: string) => Promise<void>): Promise<void> => {
    if (await look(directory, "directory")) for (const name of await namesIn(io, directory)) await entry(name, join(directory, name));
  };
  const foreign = (path: string, where: string): void => void findings.push({ kind: "foreign", path, message: `it does not belong into ${where}` });
  const leftover = (path: string): void => void findings.push({ kind: "leftover", path, message: "a temporary file: somebody is writing it, or died over it" });

  await walk(paths.root, async (name, path) => {
    if (name.startsWith("STORE.") && temporary.test(name)) leftover(path);
    else if (name === "STORE") await look(path, "file");
    else if (!["runs", "artifacts", "tombstones", "trash", "lost+found"].includes(name)) foreign(path, "a store");
  });
  await walk(paths.tombstones, async (name, path) => {
    if (temporary.test(name)) leftover(path);
    else await look(path, "file");
  });
  const inbox = (directory: string): Promise<void> =>
    walk(directory, async (name, path) => {
      if (!messageFile.test(name)) foreign(path, "an inbox");
      else if (temporary.test(name)) leftover(path);
      else await look(path, "file");
    });
  await walk(paths.runs, async (fanOut, parent) => {
    if (!/^[0-9a-f]{2}$/.test(fanOut)) return foreign(parent, "the runs of a store");
    return walk(parent, async (_, directory) =>
      walk(directory, async (name, path) => {
        if (name === inboxName) await inbox(path);
        else if (!runFile.test(name) && epochOf(name) === undefined) foreign(path, "the directory of a run");
        else if (temporary.test(name)) leftover(path);
        else await look(path, "file");
      }),
    );
  });
  return findings;
}

/** What is wrong with who may get at a path. */
export function accessFindings(path: string, { kind, permissions = 0, isOwn }: FileStatus, expected: FileStatus["kind"]): DoctorFinding[] {
  if (kind !== expected) return [{ kind: "permissions", path, message: `it is ${kind === "link" ? "a symbolic link" : `no ${expected}`}` }];
  const findings: DoctorFinding[] = [];
  if ((permissions & 0o077) !== 0) findings.push({ kind: "permissions", path, message: `others may get at it: its mode is ${permissions.toString(8)}` });
  if (!isOwn) findings.push({ kind: "permissions", path, message: "it belongs to another user" });
  return findings;
}
