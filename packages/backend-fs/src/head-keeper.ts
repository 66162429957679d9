import { patchHeader, type HeaderPatch, type StateHeader } from "@reprise/core/spi";
import type { Io } from "./io.ts";
import type { RunPaths } from "./paths.ts";
import { syncHead, writeHead, type RunHead } from "./run-head.ts";

/** Keeps `head.json` of one writer up to date. It is advisory: a failure is kept until somebody asks for it. */
export class HeadKeeper {
  readonly #io: Io;
  readonly #run: RunPaths;
  readonly #positions: () => Pick<RunHead, "lastSeq" | "provenSeq">;
  #origin: Pick<RunHead, "stateId" | "born" | "epoch">;
  #header: StateHeader;
  #written: string | undefined;
  /** What was written last is durable. */
  #durable = false;
  #last: Promise<void> = Promise.resolve();

  constructor(
    io: Io,
    run: RunPaths,
    state: Pick<RunHead, "born" | "epoch" | "header"> & { readonly positions: () => Pick<RunHead, "lastSeq" | "provenSeq"> },
  ) {
    this.#io = io;
    this.#run = run;
    this.#positions = state.positions;
    this.#origin = { stateId: run.stateId, born: state.born, epoch: state.epoch };
    this.#header = state.header;
  }

  /** Applies patches, in order. Nothing is written yet. */
  patch(patches: readonly HeaderPatch[]): void {
    for (const patch of patches) this.#header = patchHeader(this.#header, patch);
  }

  /** The same holder goes on in a later epoch, whose segment is durable. */
  moveTo(epoch: number): Promise<void> {
    this.#origin = { ...this.#origin, epoch };
    return this.save();
  }

  /** Writes what is known now, unless it is written already. With `sync` it is durable then: for whoever lets the run go, and is looked for by it. */
  save({ sync = false }: { readonly sync?: boolean } = {}): Promise<void> {
    const save = async (): Promise<void> => {
      const head: RunHead = { ...this.#origin, ...this.#positions(), header: this.#header };
      const text = JSON.stringify(head);
      const isWritten = text === this.#written;
      if (isWritten && (this.#durable || !sync)) return;
      if (isWritten) await syncHead(this.#io, this.#run);
      else await writeHead(this.#io, this.#run, head, { temporary: `${this.#run.head}.${head.epoch}.tmp`, sync });
      this.#written = text;
      this.#durable = sync;
    };
    const next = this.#last.then(save, save);
    this.#last = next;
    return next;
  }
}
