import { aliasesOf } from "../engine/aliases.ts";
import type { EngineOptions } from "../engine/engine-options.ts";
import type { ReplayPolicy } from "../engine/replay-policy.ts";
import type { RunRetry } from "../engine/run-retry.ts";
import type { OpenOptions } from "./reprise.ts";
import type { RepriseSettings } from "./settings.ts";

/** What holds for every call: the load's options, else what its mode presets, else those of the Reprise. */
export function engineOptions(settings: RepriseSettings, options: OpenOptions, policy: ReplayPolicy, runRetry: RunRetry | undefined): EngineOptions {
  const { onInputChange, onVersionChange, onUnknownOutcome } = { ...settings.options, ...withoutUndefined(options), ...policy };
  return {
    allowRepeat: new Set(options.allowRepeat),
    maxLost: settings.maxLost,
    graceMs: settings.graceMs,
    kept: settings.options.backend !== undefined && !policy.compare,
    suspendAfterMs: settings.suspendAfterMs,
    retry: settings.options.retry,
    aliases: aliasesOf(options.aliases),
    runRetry,
    secrets: settings.options.secrets,
    redactor: settings.redactor,
    autoCheckpoint: policy.compare ? undefined : (options.autoCheckpoint ?? settings.options.autoCheckpoint) || undefined,
    ...(onInputChange && { onInputChange }),
    ...(onVersionChange && { onVersionChange }),
    ...(onUnknownOutcome && { onUnknownOutcome }),
  };
}

function withoutUndefined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}
