import type { Group } from "../actors/groups.ts";
import { GroupFailedError } from "../errors/call-errors.ts";
import type { Call, CallRequest } from "./call.ts";
import type { GroupRequest } from "./group-verbs.ts";
import { issue } from "./issue.ts";
import type { Scope } from "./scope.ts";

/**
 * Makes a call for code that holds a promise of its outcome. The promise is known to its call, so that one nobody awaits any more
 * can be rejected without being "unhandled".
 */
export function promised<T>(scope: Scope, requestOf: (resolve: (value: T) => void, reject: (error: Error) => void) => CallRequest, begun?: (call: Call) => void): Promise<T> {
  const { engine } = scope;
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  let request: CallRequest;
  try {
    request = requestOf(resolve, reject);
  } catch (error) {
    // Bad options: nothing was begun.
    reject(error);
    return promise;
  }
  if (scope === engine.top && engine.journal.resting && engine.stopped === undefined) void engine.leases.awake(() => begin(scope, request, promise, begun)).catch((error: unknown) => request.onError(error as Error, undefined));
  else begin(scope, request, promise, begun);
  return promise;
}

function begin(scope: Scope, request: CallRequest, promise: Promise<unknown>, begun: ((call: Call) => void) | undefined): void {
  const call = issue(scope, request);
  if (call !== undefined) {
    call.promise = promise;
    begun?.(call);
  }
  // The run has stopped, be it by the code that runs in this very turn, or the context has ended: that is said elsewhere.
  if (call === undefined || call.state === "dropped") promise.catch(() => undefined);
}

/** The same for a group, whose outcomes can be streamed. */
export function promisedGroup<Results, Outcome>(scope: Scope, requestOf: () => GroupRequest): Group<Results, Outcome> {
  let group: GroupRequest | undefined;
  const promise = promised<Results>(
    scope,
    (resolve, reject) => {
      const { request, resultOf, outcomes } = (group = requestOf());
      return {
        ...request,
        onValue: (values) => {
          resolve(resultOf(values as readonly unknown[]) as Results);
          outcomes.end(undefined, false);
        },
        onError: (error, call) => {
          reject(error);
          // The failures of branches have been told one by one.
          outcomes.end(error instanceof GroupFailedError ? undefined : error, call?.state !== "released");
        },
      };
    },
    (call) => group?.outcomes.begun(call),
  );
  const stream = (): AsyncIterableIterator<Outcome, undefined> => {
    // Whoever streams hears of failures there.
    promise.catch(() => undefined);
    return group === undefined ? refused(promise) : (group.outcomes.stream() as AsyncIterableIterator<Outcome, undefined>);
  };
  return Object.assign(promise, { stream });
}

/** Of a group that never began, for its options were refused. */
// oxlint-disable-next-line require-yield -- it throws
async function* refused<Outcome>(promise: Promise<unknown>): AsyncGenerator<Outcome, undefined> {
  await promise;
  return undefined;
}
