import { checkKnown, defaultSystem, type ArtifactBackend, type OptionNames } from "@reprise/core/spi";
import { onTestFinished } from "vitest";

/** What `artifactBackendSuite` needs to know about a backend. */
export interface ArtifactBackendSuiteOptions {
  /** A backend on storage of its own, empty. Called once or more per case; closed by the suite. */
  readonly open: () => ArtifactBackend | Promise<ArtifactBackend>;
  /**
   * What a process started later finds: a backend with what `backend` stored, which is closed or will not be used again. Cases
   * about restarts are left out without it.
   */
  readonly reopen?: (backend: ArtifactBackend) => ArtifactBackend | Promise<ArtifactBackend>;
  /** Another backend on the same storage, both in use, as in two processes. Cases about them are left out without it. */
  readonly connect?: (backend: ArtifactBackend) => ArtifactBackend | Promise<ArtifactBackend>;
  /**
   * Puts other bytes in the place of a content behind the backend's back, or takes it away (undefined). A backend without
   * it has not shown that it never gives wrong bytes.
   */
  readonly damage?: (backend: ArtifactBackend, id: string, bytes: Uint8Array | undefined) => void | Promise<void>;
  /** Makes everything that was put so far look as if it had been put `ms` earlier. Required of a backend that has `collect`. */
  readonly elapse?: (backend: ArtifactBackend, ms: number) => void | Promise<void>;
}

const optionNames: OptionNames<ArtifactBackendSuiteOptions> = { open: true, reopen: true, connect: true, damage: true, elapse: true };

/** Throws `INVALID_OPTION`: an option that is misspelt would leave its cases out. */
export function checkArtifactSuiteOptions(options: ArtifactBackendSuiteOptions): void {
  checkKnown(options, optionNames, "artifactBackendSuite");
}

/** What a case works with: the options, with every opened backend closed at the end of the case. */
export type ArtifactSuiteContext = { readonly options: ArtifactBackendSuiteOptions } & { readonly [K in keyof ArtifactBackendSuiteOptions]-?: (...given: Parameters<NonNullable<ArtifactBackendSuiteOptions[K]>>) => Promise<Awaited<ReturnType<NonNullable<ArtifactBackendSuiteOptions[K]>>>> };

/** One case of the suite, and the option without which it is left out. */
export interface ArtifactCase {
  readonly name: string;
  readonly needs?: "reopen" | "connect" | "damage" | "elapse";
  run(context: ArtifactSuiteContext): Promise<void>;
}

/** For use inside a case. */
export function artifactSuiteContext(options: ArtifactBackendSuiteOptions): ArtifactSuiteContext {
  const closedAtTheEnd = (backend: ArtifactBackend): ArtifactBackend => {
    onTestFinished(() => backend.close());
    return backend;
  };
  return {
    options,
    open: async () => closedAtTheEnd(await options.open()),
    reopen: async (backend) => closedAtTheEnd(await given(options.reopen)(backend)),
    connect: async (backend) => closedAtTheEnd(await given(options.connect)(backend)),
    elapse: async (backend, ms) => given(options.elapse)(backend, ms),
    damage: async (backend, id, bytes) => given(options.damage)(backend, id, bytes),
  };
}

function given<T>(option: T | undefined): T {
  if (option === undefined) throw new Error("a case used an option that it does not name in `needs`");
  return option;
}

/** The chunks of an iteration in one piece. */
export async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  const whole = new Uint8Array(all.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of all) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** What large contents are compared by. */
export const { sha256 } = defaultSystem();

/** `size` bytes that look like nothing in particular. */
export function noise(size: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: size }, () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) >> 16);
}

/** What the promise rejects with; throws if it resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  const settled = await promise.then((value) => ({ value }), (error: unknown) => ({ error }));
  if ("error" in settled) return settled.error;
  throw new Error("expected a rejection, but it resolved");
}
