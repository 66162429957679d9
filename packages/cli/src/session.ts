import type { Reprise } from "@reprise/core";
import { openStore, type StoreOptions } from "./open-store.ts";
import { ExitCode } from "./exit-code.ts";
import type { Store, StoreNeeds } from "./store.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** Options that every command takes. */
export interface CommonOptions extends StoreOptions {
  readonly json?: boolean;
  /** Does what is asked without asking back. */
  readonly yes?: boolean;
}

/** A store whose runs can be read and changed. */
export interface OpenStore extends Pick<Store, "actors" | "name"> {
  readonly reprise: Reprise;
}

/** One use of the command: the terminal, the store and how it ends. */
export class Session {
  readonly terminal: Terminal;
  exitCode: ExitCode = ExitCode.OK;
  /** The store that was opened last, for messages. */
  storeName: string | undefined;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  /** Opens the store, runs and closes it. */
  async withStore<T>(options: CommonOptions, run: (store: OpenStore) => Promise<T>, needs: StoreNeeds = {}): Promise<T> {
    return this.withList(options, async (store) => run({ reprise: await store.reprise(), actors: store.actors, name: store.name }), needs);
  }

  /** The same for what only lists runs, and loads no more for it. */
  async withList<T>(options: CommonOptions, run: (store: Store) => Promise<T>, needs: StoreNeeds = {}): Promise<T> {
    const store = await openStore(options, this.terminal, needs);
    this.storeName = store.name;
    try {
      return await run(store);
    } finally {
      await store.close();
    }
  }

  /** The result: one JSON document with `--json`, else lines for people, made only then. */
  async result(options: CommonOptions, document: unknown, lines: () => readonly string[] | Promise<readonly string[]>): Promise<void> {
    // What is not needed is not loaded: a command has to be there at once.
    if (options.json === true) this.terminal.out((await import("./plain-json.ts")).plainJson(document, 2));
    else for (const line of await lines()) this.terminal.out(line);
  }

  /** Asks whether to go on with what destroys or repeats something; throws `UsageError` where nobody can be asked. */
  async confirmed(options: CommonOptions, question: string): Promise<boolean> {
    if (options.yes === true) return true;
    const { ask } = this.terminal;
    if (ask === undefined) throw new UsageError(`${question} Say so with --yes: there is nobody to ask here`);
    const answer = await ask(`${question} [y/N] `);
    if (/^\s*y(?:es)?\s*$/iu.test(answer ?? "")) return true;
    this.terminal.note("Nothing was changed.");
    this.exitCode = answer === undefined ? ExitCode.INTERRUPTED : ExitCode.FOUND;
    return false;
  }
}
