import { invalidOption, type StateBackend } from "@reprise/core/spi";

/** What `open` gives. Throws `INVALID_OPTION` unless it is a state backend. */
export function freshBackend(open: () => StateBackend, owner: string): StateBackend {
  const backend: unknown = open();
  // A promise of one is the likely mistake.
  if (typeof (backend as Partial<StateBackend> | null | undefined)?.acquire !== "function") invalidOption("open", "a function that gives a fresh state backend, and not a promise of one", backend, owner);
  return backend as StateBackend;
}
