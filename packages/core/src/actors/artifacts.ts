/** What a run records of an artifact: where its content is. */
export interface ArtifactReference {
  /** Sha256 of the content as it is stored, in hexadecimal. */
  readonly id: string;
  /** In bytes, as it is stored. */
  readonly size: number;
  /** `bytes` are stored as they are; a `value` is stored as MessagePack. */
  readonly kind: "value" | "bytes";
}

/**
 * Named contents of a run, large ones too: stored once each under their sha256, outside the journal, which records their
 * references (rule S2). Who sees which, and when, is as with `storage`.
 *
 * @example
 * ```ts
 * import { createReprise, tool } from "@reprise/core";
 *
 * const render = tool({
 *   name: "render",
 *   run: (text: string, { artifacts }) => {
 *     artifacts.put("page", new TextEncoder().encode(`<p>${text}</p>`));
 *   },
 * });
 * const state = await createReprise().create();
 * await state.run(render, "hello");
 * console.log(state.artifacts.names()); // [ 'page' ]
 * console.log(new TextDecoder().decode((await state.artifacts.get("page")) as Uint8Array)); // <p>hello</p>
 * await state.close();
 * ```
 */
export interface Artifacts {
  /**
   * Stores a value, or a Uint8Array byte by byte, and records it under this name; another content of the name is replaced. It is durable
   * when the record that names it is. Throws `NOT_ENCODABLE` at once if the value cannot be recorded, `UNSUPPORTED` if the
   * run has no artifact backend. Content that cannot be stored ends the run like a record that cannot (rule H6).
   */
  put(name: string, value: unknown): ArtifactReference;
  /**
   * The content as a fresh copy, its hash verified; undefined if there is no such name. Rejects with `NOT_FOUND` if the content of a
   * name is gone, with `CORRUPT` if it is damaged.
   */
  get<T = unknown>(name: string): Promise<T | undefined>;
  /** Whether there is a content of this name. */
  has(name: string): boolean;
  /** The names of all contents that are seen here. */
  names(): string[];
  /** Undefined if there is no such name. */
  reference(name: string): ArtifactReference | undefined;
}
