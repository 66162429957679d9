import type { PublicExport } from "./public-exports.ts";
import type { WorkspacePackage } from "./workspace.ts";

/** A member of an interface that people can import. */
export interface PublicMember {
  /** `packages/core/src/runs/reprise.ts:12` */
  readonly place: string;
  /** `RewindOptions.waitMs` */
  readonly name: string;
  readonly kind: "method" | "property";
  readonly isOptional: boolean;
  /** The comment in front of it, as it stands; empty if there is none. An overload has that of the first. */
  readonly doc: string;
}

/** The members of an exported interface, those of types inside it left out. */
export function publicMembers({ files, folder }: WorkspacePackage, { kind, path, line }: PublicExport): readonly PublicMember[] {
  const lines = files.find((file) => `${folder}/${file.path}` === path)?.text.split("\n") ?? [];
  if (kind !== "interface") return [];
  const owner = /interface (?<name>\w+)/u.exec(lines[line - 1] ?? "")?.groups?.["name"] ?? "";
  const end = lines.findIndex((text, index) => index >= line && text === "}");
  const members: PublicMember[] = [];
  for (let index = line; index < end; index += 1) {
    const found = /^ {2}(?:readonly )?(?<name>\w+)(?<optional>\?)?(?<sign>[:(<])/u.exec(lines[index] ?? "")?.groups;
    if (found === undefined) continue;
    const name = `${owner}.${found["name"] ?? ""}`;
    const before = members.at(-1);
    members.push({
      place: `${path}:${index + 1}`,
      name,
      kind: found["sign"] === ":" ? "property" : "method",
      isOptional: found["optional"] !== undefined,
      doc: before?.name === name ? before.doc : commentAbove(lines, index),
    });
  }
  return members;
}

function commentAbove(lines: readonly string[], index: number): string {
  if (!(lines[index - 1] ?? "").trimEnd().endsWith("*/")) return "";
  let from = index - 1;
  while (from > 0 && !(lines[from] ?? "").trimStart().startsWith("/**")) from -= 1;
  return lines.slice(from, index).join("\n");
}
