/** Of a virtual system: nothing is left in it that could settle what is waited for. */
export class StalledError extends Error {
  constructor(now: number) {
    super(`nothing is left that could settle the promise: no turn, no timer, at ${now} ms; a virtual clock does not see what waits for anything real: a file, a socket, setTimeout`);
  }
}
