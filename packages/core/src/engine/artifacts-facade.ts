import type { ArtifactReference, Artifacts } from "../actors/artifacts.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { showValue } from "../errors/show-value.ts";
import type { Contents } from "../journal/contents.ts";
import type { StorageWrite } from "../journal/journal-record.ts";
import { builtinTag } from "../values/describe-refused.ts";
import type { ValueCodec } from "../values/codec.ts";
import type { StorageView } from "./storage-view.ts";

/** What artifacts need to know of whose they are. */
export interface ArtifactsOwner {
  readonly values: ValueCodec;
  readonly contents: Contents;
  /** Throws where nothing may be written any more. */
  readonly beforeWrite: () => void;
  /** Told of each write, where writes do not ride in an outcome. */
  readonly onWrite?: (write: StorageWrite) => void;
  /** Gives what was read to the reader. */
  readonly deliver: <T>(read: Promise<T>) => Promise<T>;
}

/** The artifacts as a handler sees them. */
export function artifactsFacade(view: StorageView, { values, contents, beforeWrite, onWrite, deliver }: ArtifactsOwner): Artifacts {
  // As a key of the storage is.
  const nameOf = (name: unknown): string => values.masked(checkName(name));
  return {
    put(given, value) {
      beforeWrite();
      const name = nameOf(given);
      const bytes = isBytes(value) ? new Uint8Array(value) : values.pack(values.encode(value, `artifacts[${JSON.stringify(name)}]`).encoded);
      const reference: ArtifactReference = Object.freeze({ id: contents.put(bytes), size: bytes.length, kind: isBytes(value) ? "bytes" : "value" });
      view.putArtifact(name, reference);
      onWrite?.([name, "r", reference]);
      return reference;
    },
    get<T>(name: string): Promise<T | undefined> {
      try {
        const reference = view.artifact(nameOf(name));
        // The very promise of `deliver`: where the run stops, whoever made it sees to it that nobody has to listen.
        return reference === undefined ? Promise.resolve(undefined) : deliver(read(reference, values, contents) as Promise<T>);
      } catch (error) {
        return Promise.reject(error);
      }
    },
    has: (name) => view.artifact(nameOf(name)) !== undefined,
    names: () => [...view.artifactNames()],
    reference: (name) => view.artifact(nameOf(name)),
  };
}

async function read(reference: ArtifactReference, values: ValueCodec, contents: Contents): Promise<unknown> {
  const bytes = await contents.get(reference.id);
  return reference.kind === "bytes" ? bytes : values.unpack(bytes).decode();
}

// By tag rather than by class: the arrays of another realm are as good as ours.
function isBytes(value: unknown): value is Uint8Array {
  return typeof value === "object" && value !== null && ArrayBuffer.isView(value) && builtinTag(value) === "Uint8Array";
}

function checkName(name: unknown): string {
  if (typeof name === "string" && name.length > 0) return name;
  throw new RepriseError("INVALID_OPTION", `the name of an artifact must be a non-empty string, got ${showValue(name)}`, { path: "name" });
}
