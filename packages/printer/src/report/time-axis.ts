import { formatDuration } from "../text/format.ts";
import type { RunView } from "../view/run-view.ts";
import type { CallSegment } from "./call-segments.ts";

/** The time of a run, laid out from 0 to 100 %. */
export interface TimeAxis {
  /** Ms since the epoch. */
  readonly from: number;
  readonly to: number;
  /** Round times since the beginning, and where they stand. */
  readonly ticks: readonly { readonly at: string; readonly text: string }[];
  place(at: number): string;
  share(ms: number): string;
}

const mostTicks = 6;
const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000];

/** The axis of a run: from its first message to its last, and to `now` if something is open. */
export function timeAxis(view: RunView, segments: ReadonlyMap<number, readonly CallSegment[]>, now: number): TimeAxis {
  const all = [...segments.values()].flat();
  const open = all.some(({ to }) => to === undefined);
  const from = view.firstAt ?? all.reduce((least, segment) => Math.min(least, segment.from), now);
  const to = Math.max(from + 1, view.lastAt ?? from, open ? now : from);
  const length = to - from;
  const place = (at: number): string => percent(Math.min(1, Math.max(0, (at - from) / length)));
  const stepMs = steps.find((step) => length / step <= mostTicks) ?? Math.ceil(length / mostTicks / 86_400_000) * 86_400_000;
  const ticks = Array.from({ length: Math.floor(length / stepMs) + 1 }, (_, index) => ({ at: place(from + index * stepMs), text: index === 0 ? "0" : formatDuration(index * stepMs) }));
  return { from, to, ticks, place, share: (ms) => percent(Math.min(1, Math.max(0, ms / length))) };
}

function percent(share: number): string {
  return (share * 100).toFixed(3).replace(/\.?0+$/, "");
}
