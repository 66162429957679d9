import { expect, test } from "vitest";
import type { StateBackend } from "../ports/state-backend.ts";
import { ephemeralBackend } from "./ephemeral-backend.ts";
import { FollowedRuns } from "./followed-runs.ts";
import { resolveSettings } from "./settings.ts";

// eslint-disable-next-line require-yield -- nothing is ever read
async function* nothing(): AsyncGenerator<never> {
  await new Promise(() => undefined);
}

test("H5: whoever follows a run to its end listens to no handle of it that was closed, however often it is opened", () => {
  const backend: StateBackend = { ...ephemeralBackend(), read: nothing };
  const followed = new FollowedRuns(resolveSettings({ backend }), () => undefined);
  let listeners = 0;
  const newHandle = () => ({
    stateId: "run-1",
    on: () => {
      listeners += 1;
      return () => void (listeners -= 1);
    },
  });
  const stream = followed.events("run-1", { until: "end" })[Symbol.asyncIterator]();
  void stream.next();
  for (let opened = 0; opened < 10; opened += 1) {
    const handle = newHandle();
    followed.opened(handle);
    expect(listeners).toBe(2);
    followed.closed(handle);
  }
  expect(listeners).toBe(0);
  followed.opened(newHandle());
  followed.closed(newHandle());
  expect(listeners).toBe(2);
  void stream.return?.();
  expect(listeners).toBe(0);
});
