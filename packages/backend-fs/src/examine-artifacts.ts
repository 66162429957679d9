import { basename, join } from "node:path";
import { contentIdOf } from "./content-id.ts";
import type { DoctorFinding } from "./doctor.ts";
import { accessFindings } from "./examine-files.ts";
import type { Io } from "./io.ts";
import { namesIn, readIfPresent, statusIfPresent } from "./replace-file.ts";

/** What a store of artifacts holds. */
export interface ArtifactsReport {
  readonly contents: number;
  /** Of all contents. */
  readonly bytes: number;
  /** So many were thrown away and are not deleted yet. */
  readonly condemned: number;
}

/** What there is to say of a store of artifacts; with `verify` every content is read. */
export async function examineArtifacts(io: Io, root: string, verify: boolean): Promise<{ readonly report: ArtifactsReport; readonly findings: readonly DoctorFinding[] }> {
  const findings: DoctorFinding[] = [];
  const report = { contents: 0, bytes: 0, condemned: 0 };
  const directory = join(root, "sha256");
  for (const fanOut of await namesIn(io, directory)) {
    for (const name of await namesIn(io, join(directory, fanOut))) {
      const path = join(directory, fanOut, name);
      const status = await statusIfPresent(io, path);
      if (status === undefined) continue;
      findings.push(...accessFindings(path, status, "file"));
      if (!/^[0-9a-f]{64}$/.test(name) || !name.startsWith(fanOut)) {
        findings.push({ kind: "foreign", path, message: "it is not called after a sha256" });
        continue;
      }
      report.contents += 1;
      report.bytes += status.size;
      if (verify && status.kind === "file") findings.push(...(await contentFindings(io, path)));
    }
  }
  report.condemned = (await namesIn(io, join(root, "trash"))).length;
  for (const name of await namesIn(io, join(root, "tmp"))) {
    findings.push({ kind: "leftover", path: join(root, "tmp", name), message: "a temporary file: somebody is storing it, or died over it" });
  }
  return { report, findings };
}

async function contentFindings(io: Io, path: string): Promise<DoctorFinding[]> {
  const bytes = await readIfPresent(io, path);
  if (bytes === undefined || contentIdOf(bytes) === basename(path)) return [];
  return [{ kind: "damaged", path, message: "its content has another hash; storing it again heals it", offset: 0 }];
}
