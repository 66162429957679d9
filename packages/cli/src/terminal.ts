/** Everything a command touches outside the store: where it writes, whom it asks, what it is told. */
export interface Terminal {
  /** The result of a command; a script reads this. */
  out(text: string): void;
  /** Bytes that are the result. */
  outBytes(bytes: Uint8Array): void;
  /** For the person at the terminal. */
  note(text: string): void;
  /** Columns of stdout, at least 20; undefined where it is no terminal. */
  readonly columns: number | undefined;
  readonly colour: boolean;
  readonly glyphs: "unicode" | "ascii";
  /** Asks a question and gives the answer, undefined if it was stopped by Ctrl-C; undefined where nobody can be asked. */
  readonly ask: ((question: string) => Promise<string | undefined>) | undefined;
  readonly directory: string;
  /** A variable of the environment; undefined if it is not set. */
  environment(name: string): string | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Whoever interrupts the command once, or no longer takes what it prints, asks it to end; gives how to stop listening. */
  onInterrupt(listener: () => void): () => void;
}
