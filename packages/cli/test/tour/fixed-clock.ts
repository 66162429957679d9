// Preloaded with --import: a clock that stands still but for the timers that a program waits for, and ids that count, so that what is printed
// is the same each time.
let now = Date.parse(process.env["TOUR_TIME"] ?? "");
let ids = Number(process.env["TOUR_STEP"] ?? 0) * 1000;

Date.now = () => now;
globalThis.crypto.randomUUID = () => {
  ids += 1;
  return `00000000-0000-4000-8000-${String(ids).padStart(12, "0")}`;
};

const realTimer = globalThis.setTimeout;
const fixedTimer = (callback: (...values: unknown[]) => void, delayMs = 0, ...values: unknown[]): NodeJS.Timeout => {
  const due = now + delayMs;
  const timer = realTimer(() => {
    // Heartbeats and the like run beside the program, as the machine has time for them.
    if (timer.hasRef()) now = Math.max(now, due);
    callback(...values);
  }, delayMs);
  return timer;
};
globalThis.setTimeout = fixedTimer as unknown as typeof setTimeout;
