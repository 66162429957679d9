import { dirname, join, posix } from "node:path";
import type { SourceFile, WorkspacePackage } from "./workspace.ts";

/** A name that people can import, and what is said of it where it is declared. */
export interface PublicExport {
  /** `@reprise/core/spi` */
  readonly entry: string;
  readonly name: string;
  readonly kind: "function" | "class" | "const" | "interface" | "type";
  /** `packages/core/src/system.ts` */
  readonly path: string;
  /** Of the declaration, from 1. */
  readonly line: number;
  /** The doc comment, without the stars; undefined if there is none. */
  readonly doc: string | undefined;
}

/** Every export of every entry of a package, in the order of the entries. Throws where a declaration cannot be found. */
export function publicExports(pack: WorkspacePackage): readonly PublicExport[] {
  return Object.entries(pack.manifest.exports ?? {}).flatMap(([entry, target]) => {
    const source = typeof target === "string" ? undefined : target["@reprise/source"];
    if (source === undefined) return [];
    const path = posix.normalize(source);
    const file = fileOf(pack, path);
    const unread = /^export (?:\*|default|\{[^}]*\};)/mu.exec(file.text);
    if (unread !== null) throw new Error(`${pack.folder}/${path} has "${unread[0]}": entries export by name, from where it is declared`);
    const passedOn = exportsOf(file).map(({ name, from, local, isType }) => {
      const declared = declarationOf(pack, join(dirname(path), from), local);
      return { entry: pack.manifest.name + entry.slice(1), name, ...declared, kind: isType && declared.kind === "class" ? "type" : declared.kind };
    });
    const own = [...file.text.matchAll(ownDeclaration)].map(([, name = ""]) => ({ entry: pack.manifest.name + entry.slice(1), name, ...declarationOf(pack, path, name) }));
    return [...passedOn, ...own];
  });
}

/** The blocks under `@example` of a doc comment, without their fences. */
export function examplesIn(doc: string): readonly string[] {
  return [...doc.matchAll(/^@example\b[^\n]*\n```ts\n(?<code>.*?)^```$/gmsu)].map(({ groups }) => groups?.["code"] ?? "");
}

interface Reexport {
  readonly name: string;
  readonly local: string;
  readonly from: string;
  /** A class that is exported as a type is not called by anybody. */
  readonly isType: boolean;
}

function exportsOf({ text }: SourceFile): readonly Reexport[] {
  return [...text.matchAll(/^export (?<isType>type )?\{(?<names>[^}]*)\} from "(?<from>[^"]+)";/gmsu)].flatMap(({ groups = {} }) =>
    (groups["names"] ?? "")
      .split(",")
      .map((each) => each.trim().replace(/^type /u, ""))
      .filter((each) => each !== "")
      .map((each) => {
        const [local = "", name = local] = each.split(" as ");
        return { name, local, from: groups["from"] ?? "", isType: groups["isType"] !== undefined };
      }),
  );
}

const keywords = "(?:async )?(?<kind>function\\*?|class|const|interface|type)";

/** What an entry declares itself. */
const ownDeclaration = /^export (?:abstract |declare |async )*(?:function\*?|class|const|interface|type) (?!\{)(\w+)/gmu;

function declarationOf(pack: WorkspacePackage, path: string, name: string): Omit<PublicExport, "entry" | "name"> {
  const file = fileOf(pack, path);
  // Of something that is a value and a type of the same name, the first is documented; of overloads, too.
  const found = new RegExp(`^(?<doc>/\\*\\*(?:(?!\\*/).)*?\\*/\\n)?export (?:abstract |declare )*${keywords} ${name}\\b`, "msu").exec(file.text);
  if (found === null) {
    const further = exportsOf(file).find((each) => each.name === name);
    if (further === undefined) throw new Error(`${pack.folder}/${path} does not declare ${name}`);
    return declarationOf(pack, join(dirname(path), further.from), further.local);
  }
  const { kind = "type", doc } = found.groups ?? {};
  const start = found.index + (doc?.length ?? 0);
  return { kind: kind.replace("*", "") as PublicExport["kind"], path: `${pack.folder}/${file.path}`, line: file.text.slice(0, start).split("\n").length, doc: doc === undefined ? undefined : textOf(doc) };
}

function fileOf(pack: WorkspacePackage, path: string): SourceFile {
  const file = pack.files.find((each) => each.path === path);
  if (file === undefined) throw new Error(`${pack.folder} has no ${path}`);
  return file;
}

/** What stands between the stars. */
function textOf(comment: string): string {
  return comment
    .replace(/^\/\*\*[ \t]?/u, "")
    .replace(/\s*\*\/\n$/u, "")
    .replaceAll(/^ *\* ?/gmu, "")
    .trim();
}
