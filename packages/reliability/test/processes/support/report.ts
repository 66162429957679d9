/** Says what a loop came to: the figures of docs/reliability.md come from here. */
export function report(figures: string): void {
  console.info(figures);
}
