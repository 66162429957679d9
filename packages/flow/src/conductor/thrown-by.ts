/** What a job fails with where one of its flow's own functions has thrown: `what` says which. */
export function thrownBy(what: string, cause: unknown): Error {
  return new Error(`${what} threw: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}
