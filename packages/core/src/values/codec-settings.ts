import { RepriseError } from "../errors/reprise-error.ts";
import { KnownSecrets } from "./known-secrets.ts";
import type { ValueExtension } from "./value-extension.ts";
import { defaultLimits, resolveLimits, type ValueLimits } from "./value-limits.ts";

/** How a codec is set up. */
export interface CodecOptions {
  /** Classes whose instances can be recorded. Default: none. */
  readonly extensions?: readonly ValueExtension[];
  /** How deep and how large a value may be. Default: 128 levels and 1,000,000 parts, which is also what a Reprise takes. */
  readonly limits?: Partial<ValueLimits>;
  /** Milliseconds since the epoch, to turn a `Retry-After` date into a delay. Default: none, such dates are ignored. */
  readonly now?: () => number;
}

/** What both walks need to know. */
export interface CodecSettings {
  readonly limits: ValueLimits;
  readonly extensions: ReadonlyMap<string, ValueExtension>;
  readonly now: (() => number) | undefined;
  /** Secrets whose values must not be recorded. */
  readonly known: KnownSecrets;
}

export const defaultSettings: CodecSettings = { limits: defaultLimits, extensions: new Map(), now: undefined, known: new KnownSecrets() };

/** Throws `INVALID_OPTION` for limits that make no sense and for extensions without a name of their own. */
export function resolveSettings(options: CodecOptions = {}): CodecSettings {
  const extensions = new Map<string, ValueExtension>();
  for (const extension of options.extensions ?? []) {
    if (typeof extension.name !== "string" || extension.name === "") {
      throw new RepriseError("INVALID_OPTION", `extensions: every extension needs a name that is a non-empty string, not ${JSON.stringify(extension.name)}`, { path: "extensions" });
    }
    if (extensions.has(extension.name)) {
      throw new RepriseError("INVALID_OPTION", `extensions: the name ${JSON.stringify(extension.name)} is taken twice; records could not tell them apart`, { path: "extensions" });
    }
    extensions.set(extension.name, extension);
  }
  return { limits: resolveLimits(options.limits), extensions, now: options.now, known: new KnownSecrets() };
}
