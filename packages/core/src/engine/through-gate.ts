import type { Engine } from "./engine.ts";
import type { Scope } from "./scope.ts";

// Below every seq, and growing: what code reads comes before all that waits at the gate, in the order in which it was asked for.
const before = -(2 ** 52);

/**
 * Gives code what it reads from outside the journal, through the gate (rule R2): it is the next that is let through, however
 * long reading takes, so the code goes the same way when it reads again on replay. Rejects if the run stops meanwhile.
 */
export function throughGate<T>(engine: Engine, scope: Scope, read: Promise<T>): Promise<T> {
  const promise = new Promise<T>((resolve, reject) => {
    let deliver = (): void => undefined;
    const settled = read.then(
      (value) => {
        deliver = () => resolve(value);
      },
      (error: Error) => {
        deliver = () => reject(error);
      },
    );
    const stop = (error: Error): void => {
      reject(error);
      quiet();
    };
    if (engine.stopped !== undefined) return reject(engine.stopped);
    engine.readsBegun += 1;
    engine.reads.add(stop);
    engine.gate.push(
      before + engine.readsBegun,
      () => {
        engine.reads.delete(stop);
        engine.turn = scope;
        deliver();
      },
      settled,
    );
  });
  // Whoever asked may have stopped listening.
  const quiet = (): void => void promise.catch(() => undefined);
  if (engine.stopped !== undefined) quiet();
  return promise;
}
