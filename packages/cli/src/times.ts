import { timeText } from "@reprise/core/spi";
import { formatDuration } from "@reprise/printer/text";

/** A moment as scripts and people can read it. */
export function isoTime(at: number | undefined): string | undefined {
  return at === undefined ? undefined : timeText(at);
}

/** `3.0s ago`, `in 2m05s`. */
export function fromNow(at: number, now: number): string {
  return at <= now ? `${formatDuration(now - at)} ago` : `in ${formatDuration(at - now)}`;
}
