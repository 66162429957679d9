import { CorruptError } from "../errors/storage-errors.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import type { ArtifactBackend } from "../ports/artifact-backend.ts";

/** What the contents of a run are made of. */
export interface ContentsSettings {
  /** Undefined: there is no place for contents. */
  readonly artifacts: ArtifactBackend | undefined;
  readonly sha256: (bytes: Uint8Array) => string;
  /** Values whose JSON text is longer do not stay in their records (rule H7). */
  readonly threshold: number;
}

interface Pending {
  readonly bytes: Uint8Array;
  readonly stored: Promise<void>;
}

/**
 * The contents of one run, on their way to the artifact backend and back. An id is known at once, so that a record can name a content
 * whose storing has only begun; whoever appends the record waits for it first.
 */
export class Contents {
  readonly threshold: number;
  readonly #artifacts: ArtifactBackend | undefined;
  readonly #sha256: (bytes: Uint8Array) => string;
  /** Those not known to be stored; what failed stays, so that nobody takes it for stored. */
  readonly #pending = new Map<string, Pending>();

  constructor({ artifacts, sha256, threshold }: ContentsSettings) {
    this.#artifacts = artifacts;
    this.#sha256 = sha256;
    this.threshold = artifacts === undefined ? Infinity : threshold;
  }

  /** Sha256 of a text in UTF-8. */
  hash(text: string): string {
    return this.#sha256(new TextEncoder().encode(text));
  }

  /** Begins to store bytes, which must not be changed any more; gives their id. Throws `UNSUPPORTED`. */
  put(bytes: Uint8Array): string {
    const artifacts = this.#required();
    const id = this.#sha256(bytes);
    const stored = store(artifacts, id, bytes);
    const pending: Pending = { bytes, stored };
    this.#pending.set(id, pending);
    void stored.then(
      () => {
        if (this.#pending.get(id) === pending) this.#pending.delete(id);
      },
      // Reported by whoever waits for it; if nobody does, no record names it.
      () => undefined,
    );
    return id;
  }

  /** Resolves once the content is stored, rejects if it could not be; undefined if there is nothing to wait for. */
  pending(id: string): Promise<void> | undefined {
    return this.#pending.get(id)?.stored;
  }

  /** The bytes of a content, in memory that nobody else holds, verified. Throws what the backend throws, and `UNSUPPORTED`. */
  async get(id: string): Promise<Uint8Array> {
    const own = this.#pending.get(id);
    if (own !== undefined) {
      await own.stored;
      return own.bytes.slice();
    }
    return this.#required().get(id);
  }

  #required(): ArtifactBackend {
    if (this.#artifacts !== undefined) return this.#artifacts;
    throw new RepriseError("UNSUPPORTED", "there is no place for artifacts: the state backend has none of its own; give createReprise({ artifacts }) one", { path: "artifacts" });
  }
}

async function store(artifacts: ArtifactBackend, id: string, bytes: Uint8Array): Promise<void> {
  const stored = await artifacts.put(bytes);
  if (stored.id !== id) throw new CorruptError(`the artifact backend stored content ${id} under ${stored.id}: what was written is not what was given`);
}
