import { describe, expect, test, vi } from "vitest";
import { createReprise } from "./create-reprise.ts";
import { interruptOnSignals, type InterruptOnSignalsOptions, type InterruptTarget } from "./interrupt-on-signals.ts";

/** A process that receives what a test sends. */
function fakeProcess() {
  const listeners = new Map<string, Set<() => void>>();
  const exits: number[] = [];
  return {
    exits,
    get listening() {
      return [...listeners].filter(([, callbacks]) => callbacks.size > 0).map(([name]) => name);
    },
    send: (name: string) => listeners.get(name)?.forEach((callback) => callback()),
    system: {
      onSignal: (name: string, callback: () => void) => {
        const own = listeners.get(name) ?? new Set();
        listeners.set(name, own.add(callback));
        return () => void own.delete(callback);
      },
      exit: (code: number) => void exits.push(code),
    },
  };
}

describe("I2: interruptOnSignals", () => {
  test("I2: the first signal interrupts and ends the process once everything is stored, the second at once", async () => {
    const { system, send, exits } = fakeProcess();
    const state = await createReprise().create();
    interruptOnSignals(state, { system });
    send("SIGTERM");
    expect([state.interruption, exits]).toMatchObject([{ message: "the process received SIGTERM", triggeredBy: "SIGTERM" }, []]);
    send("SIGINT");
    expect(exits).toEqual([130]);
    await vi.waitFor(() => expect(exits).toEqual([130, 143]));
  });

  test("I2: every run of a Reprise is interrupted; without exit the process goes on", async () => {
    const { system, send, exits, listening } = fakeProcess();
    const reprise = createReprise();
    const [one, other] = [await reprise.create(), await reprise.create()];
    interruptOnSignals(reprise, { system, exit: false, signals: ["SIGHUP"] });
    send("SIGINT");
    expect([one.interruption, listening]).toEqual([null, []]);
    send("SIGHUP");
    send("SIGHUP");
    expect([one.interruption?.triggeredBy, other.interruption?.triggeredBy]).toEqual(["SIGHUP", "SIGHUP"]);
    await reprise.close();
    expect(exits).toEqual([]);
  });

  test("I2: its listeners are removed when the target is closed, and by what it returns", async () => {
    const process = fakeProcess();
    const reprise = createReprise();
    const state = await reprise.create();
    const stop = interruptOnSignals(reprise, { system: process.system });
    interruptOnSignals(state, { system: process.system, signals: ["SIGHUP"] });
    expect(process.listening).toEqual(["SIGINT", "SIGTERM", "SIGHUP"]);
    stop();
    expect(process.listening).toEqual(["SIGHUP"]);
    interruptOnSignals(reprise, { system: process.system });
    await state.close();
    await reprise.close();
    expect(process.listening).toEqual([]);
  });

  test.each([
    ["target", 7, {}],
    ["target", {}, {}],
    ["signals", undefined, { signals: ["SIGKILL"] }],
    ["exit", undefined, { exit: 1 }],
  ])("I2: what is no %s is refused", (path, target, options) => {
    expect(() => interruptOnSignals((target ?? createReprise()) as InterruptTarget, options as InterruptOnSignalsOptions)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path }));
  });

  test("I2: where there are no signals that is said", () => {
    expect(() => interruptOnSignals(createReprise(), { system: {} })).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }));
  });
});
