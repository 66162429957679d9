/** Takes all steps at once; when the last one has ended, throws what the first that failed has thrown. */
export async function atOnce(steps: readonly (() => Promise<unknown>)[]): Promise<void> {
  let first: { readonly error: unknown } | undefined;
  const taken = steps.map(async (step) => {
    try {
      await step();
    } catch (error) {
      first ??= { error };
    }
  });
  await Promise.all(taken);
  if (first !== undefined) throw first.error;
}
