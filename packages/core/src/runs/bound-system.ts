import type { System } from "../system.ts";

/** A system whose methods can be handed on without it: one of your own may be an instance of a class. */
export function boundSystem(system: System): System {
  const { onSignal, exit } = system;
  return {
    now: () => system.now(),
    random: () => system.random(),
    newId: () => system.newId(),
    sha256: (data) => system.sha256(data),
    setTimer: (delayMs, callback, options) => system.setTimer(delayMs, callback, options),
    yield: (callback) => system.yield(callback),
    ...(onSignal && { onSignal: (name, callback) => onSignal.call(system, name, callback) }),
    ...(exit && { exit: (code) => exit.call(system, code) }),
    owner: system.owner,
  };
}
