import { diffSnapshots, type ExecutionOutcome, type StateSnapshot } from "@reprise/core";

/** One sentence for each thing that a replay did otherwise than the run that was recorded. Attempts do not count: what is replayed needs one. */
export function replayDifferences(recorded: StateSnapshot, replayed: StateSnapshot, outcome: ExecutionOutcome<unknown>): string[] {
  const { newCalls, removedCalls, changedCalls, status } = diffSnapshots(recorded, replayed);
  const differences = [
    ...(status ? [`the run is ${status.after}, it was ${status.before}`] : []),
    ...removedCalls.map(({ address }) => `${address} is not called any more`),
    ...newCalls.map(({ address }) => `${address} is new`),
    ...changedCalls.flatMap(({ address, differences: fields }) => {
      const paths = fields.map(({ path }) => path).filter((path) => path !== "attempts" && path !== "version");
      return paths.length === 0 ? [] : [`${address} differs in ${paths.join(", ")}`];
    }),
  ];
  // The rest follows from it: calls that it did not come to are missing, and what cannot even begin leaves a run that is as it was.
  if (outcome.status === "failed" && (differences.length > 0 || recorded.status !== "failed")) differences.unshift(`it failed: ${reasonOf(outcome.error)}`);
  return differences;
}

/** What went wrong at the bottom, with its code. */
function reasonOf(error: Error): string {
  if (error.cause instanceof Error) return reasonOf(error.cause);
  const { code } = error as { readonly code?: unknown };
  return `${typeof code === "string" ? `${code}: ` : ""}${error.message}`;
}
