import { checkPolicy } from "../actors/check.ts";
import { checkRunRetry } from "../engine/run-retry.ts";
import { checkObject, checkTexts, invalid } from "../errors/invalid.ts";
import type { OpenOptions } from "./reprise.ts";

/** Throws `INVALID_OPTION`, naming the option. */
export function checkOpenOptions(options: OpenOptions): void {
  checkObject("options", options);
  checkPolicy(options);
  checkRunRetry(options);
  const { allowRepeat, waitMs, signal, resumeFrom } = options;
  checkTexts("allowRepeat", allowRepeat);
  if (resumeFrom !== undefined && (typeof resumeFrom !== "string" || resumeFrom.length === 0)) invalid("resumeFrom", "an address", resumeFrom);
  if (waitMs !== undefined && !(typeof waitMs === "number" && waitMs >= 0)) invalid("waitMs", "a number of milliseconds from 0", waitMs);
  if (signal !== undefined && typeof (signal as Partial<AbortSignal>).addEventListener !== "function") invalid("signal", "an AbortSignal", signal);
}
