/** Takes every step, whatever becomes of the others; the first failure is the one to report. */
export async function firstFailure(steps: readonly (() => Promise<unknown>)[]): Promise<{ readonly error: unknown } | undefined> {
  let first: { readonly error: unknown } | undefined;
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      first ??= { error };
    }
  }
  return first;
}
