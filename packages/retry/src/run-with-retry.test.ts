import { describe, expect, test } from "vitest";
import { fakeSystem, settle } from "../test/fake-system.ts";
import { retry } from "./retry.ts";
import type { RetryNotice } from "./run-with-retry.ts";

/** Fails with each of the errors in turn, then gives "done". Counts its calls. */
function failing(...errors: readonly unknown[]): (() => Promise<string>) & { calls: () => number } {
  let calls = 0;
  const work = async (): Promise<string> => {
    calls += 1;
    if (calls <= errors.length) throw errors[calls - 1];
    return "done";
  };
  return Object.assign(work, { calls: () => calls });
}
const busy = (message = "busy"): Error => Object.assign(new Error(message), { status: 503 });

describe("T8: run works without core", () => {
  test("a success at once is the result, with one call and no timer", async () => {
    const system = fakeSystem();
    const work = failing();
    await expect(retry().run(work, { system })).resolves.toBe("done");
    expect(work.calls()).toBe(1);
    expect(system.pendingDelays()).toEqual([]);
  });

  test("failures are followed by the delays of the policy, and attempts count from 1", async () => {
    const system = fakeSystem();
    const attempts: number[] = [];
    const running = retry({ jitter: "none" }).run(
      ({ attempt }) => {
        attempts.push(attempt);
        if (attempt < 3) throw busy();
        return attempt;
      },
      { system },
    );
    await settle();
    expect(system.pendingDelays()).toEqual([1_000]);
    await system.advance(999);
    expect(attempts).toEqual([1]);
    await system.advance(1);
    expect(system.pendingDelays()).toEqual([2_000]);
    await system.advance(2_000);
    await expect(running).resolves.toBe(3);
    expect(attempts).toEqual([1, 2, 3]);
    expect(system.pendingDelays()).toEqual([]);
  });

  test("the last error is thrown as it is when the attempts are spent", async () => {
    const errors = [busy("first"), busy("second"), busy("third")];
    const work = failing(...errors);
    await expect(retry({ initialDelayMs: 0 }).run(work)).rejects.toBe(errors[2]);
    expect(work.calls()).toBe(3);
  });

  test.each<[string, unknown]>([["a programming error", new TypeError("x is not a function")], ["an abort", new DOMException("no", "AbortError")]])(
    "%s is thrown as it is after one call",
    async (_, error) => {
      const work = failing(error);
      await expect(retry().run(work)).rejects.toBe(error);
      expect(work.calls()).toBe(1);
    },
  );

  test("something thrown that is no error is retried and thrown as it is", async () => {
    const work = failing("no", "no", "still no");
    await expect(retry({ initialDelayMs: 0 }).run(work)).rejects.toBe("still no");
  });

  test("a Retry-After date is counted from the system's clock", async () => {
    const system = fakeSystem();
    const date = new Date(system.now() + 5_000).toUTCString();
    const running = retry().run(failing(Object.assign(busy(), { headers: { "retry-after": date } })), { system });
    await settle();
    expect(system.pendingDelays()).toEqual([5_000]);
    await system.advance(5_000);
    await expect(running).resolves.toBe("done");
  });

  test("jitter comes from the system's chance", async () => {
    const system = fakeSystem(0);
    const running = retry({ initialDelayMs: 10_000 }).run(failing(busy()), { system });
    await settle();
    expect(system.pendingDelays()).toEqual([7_500]);
    await system.advance(7_500);
    await running;
  });

  test("with the runtime's own clock a short delay is really waited", async () => {
    const startedAt = performance.now();
    await retry({ initialDelayMs: 30, jitter: "none" }).run(failing(busy()));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(28);
  });
});

describe("T6: aborting", () => {
  test("an abort in a backoff of 10 s ends it at once with the reason; the work is not called again and nothing is left", async () => {
    const system = fakeSystem();
    const controller = new AbortController();
    const work = failing(busy());
    const running = retry({ initialDelayMs: "10s", jitter: "none" }).run(work, { signal: controller.signal, system });
    await settle();
    expect(system.pendingDelays()).toEqual([10_000]);
    const reason = new Error("the user left");
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(system.pendingDelays()).toEqual([]);
    await system.advance(20_000);
    expect(work.calls()).toBe(1);
  });

  test("an abort before the start calls nothing", async () => {
    const work = failing();
    await expect(retry().run(work, { signal: AbortSignal.abort("early") })).rejects.toBe("early");
    expect(work.calls()).toBe(0);
  });

  test("an abort during an attempt: a result still counts, a failure ends the run with the reason", async () => {
    const controller = new AbortController();
    const abortAnd = (then: () => string) => (): string => {
      controller.abort("stop");
      return then();
    };
    await expect(retry().run(abortAnd(() => "finished"), { signal: controller.signal })).resolves.toBe("finished");
    const again = new AbortController();
    const work = (): never => {
      again.abort("stop");
      throw busy();
    };
    const onRetry = (): never => {
      throw new Error("told of a retry that never comes");
    };
    await expect(retry().run(work, { signal: again.signal, onRetry })).rejects.toBe("stop");
  });

  test("an abort while onRetry runs ends the run before any timer is set", async () => {
    const system = fakeSystem();
    const controller = new AbortController();
    const running = retry().run(failing(busy()), { signal: controller.signal, system, onRetry: () => controller.abort("stop") });
    await expect(running).rejects.toBe("stop");
    expect(system.pendingDelays()).toEqual([]);
  });

  test("the work is given the signal, or one that is never aborted", async () => {
    const { signal } = new AbortController();
    await expect(retry().run((each) => each.signal, { signal })).resolves.toBe(signal);
    await expect(retry().run((each) => each.signal.aborted)).resolves.toBe(false);
  });

  test("no listener stays on the signal after many waits", async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<AbortSignal["addEventListener"]>) => { listeners += 1; add(...args); };
    signal.removeEventListener = (...args: Parameters<AbortSignal["removeEventListener"]>) => { listeners -= 1; remove(...args); };
    await retry({ initialDelayMs: 0, maxAttempts: 20 }).run(failing(...Array.from({ length: 19 }, () => busy())), { signal });
    expect(listeners).toBe(0);
  });
});

describe("onRetry", () => {
  test("is told of every retry before its wait, and only of retries", async () => {
    const notices: RetryNotice[] = [];
    const errors = [busy("one"), busy("two"), busy("three")];
    await expect(retry({ initialDelayMs: 1, jitter: "none" }).run(failing(...errors), { onRetry: (notice) => void notices.push(notice) })).rejects.toBe(errors[2]);
    expect(notices).toEqual([
      { attempt: 1, maxAttempts: 3, delayMs: 1, error: errors[0], record: { name: "Error", message: "one", status: 503 } },
      { attempt: 2, maxAttempts: 3, delayMs: 2, error: errors[1], record: { name: "Error", message: "two", status: 503 } },
    ]);
  });

  test("what it throws ends the run", async () => {
    const work = failing(busy());
    await expect(retry().run(work, { onRetry: () => Promise.reject(new Error("enough")) })).rejects.toThrow("enough");
    expect(work.calls()).toBe(1);
  });
});
