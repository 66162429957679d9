import { checkPolicy } from "../actors/check.ts";
import { aliasesOf } from "../engine/aliases.ts";
import { checkChecker, checkDeadline } from "./check-interrupt.ts";
import { checkAutoCheckpoint } from "./check-auto-checkpoint.ts";
import { ReplayMode } from "../journal/replay-mode.ts";
import { checkRunRetry } from "../engine/run-retry.ts";
import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { checkOneOf, checkTexts, checkWaitMs, invalid } from "../errors/invalid.ts";
import type { ExecuteOptions, OpenOptions } from "./reprise.ts";

const optionNames: OptionNames<OpenOptions> = {
  mode: true, inputs: true, force: true, throwOnMismatch: true, aliases: true, resumeFrom: true, allowRepeat: true, retry: true, retryByType: true, onInputChange: true,
  onVersionChange: true, onUnknownOutcome: true, autoCheckpoint: true, waitMs: true, signal: true, deadlineMs: true, interruptChecker: true,
};

function checkReplayOptions({ mode, inputs, throwOnMismatch, resumeFrom, force }: OpenOptions): void {
  checkTexts("force", force);
  if (force !== undefined && mode !== ReplayMode.INCREMENTAL) invalid("force", 'left out where mode is not "incremental"', force);
  checkOneOf("mode", Object.values(ReplayMode), mode);
  checkOneOf("inputs", ["recorded", "live"], inputs);
  if (throwOnMismatch !== undefined && typeof throwOnMismatch !== "boolean") invalid("throwOnMismatch", "true or false", throwOnMismatch);
  if (resumeFrom !== undefined && mode === ReplayMode.VALIDATION) invalid("resumeFrom", 'left out where mode is "validation": it does not change the run', resumeFrom);
  for (const [option, value] of Object.entries({ inputs, throwOnMismatch })) {
    if (value !== undefined && mode !== ReplayMode.VALIDATION) invalid(option, 'left out where mode is not "validation"', value);
  }
}

/** What begins a run may be given an id and metadata as well. The others are checked when it is opened. */
export function checkBeginOptions(options: ExecuteOptions): void {
  checkKnown(options, { stateId: true, metadata: true, ...optionNames } satisfies OptionNames<ExecuteOptions>);
}

/** Throws `INVALID_OPTION`, naming the option. */
export function checkOpenOptions(options: OpenOptions): void {
  checkKnown(options, optionNames);
  checkPolicy(options);
  checkRunRetry(options);
  checkAutoCheckpoint(options.autoCheckpoint);
  const { allowRepeat, waitMs, signal, resumeFrom } = options;
  checkTexts("allowRepeat", allowRepeat);
  if (resumeFrom !== undefined && (typeof resumeFrom !== "string" || resumeFrom.length === 0)) invalid("resumeFrom", "an address", resumeFrom);
  checkReplayOptions(options);
  aliasesOf(options.aliases);
  checkWaitMs(waitMs);
  checkDeadline(options.deadlineMs ?? undefined);
  checkChecker(options.interruptChecker);
  if (signal !== undefined && typeof (signal as Partial<AbortSignal>).addEventListener !== "function") invalid("signal", "an AbortSignal", signal);
}
