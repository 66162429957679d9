import type { Io } from "./io.ts";
import type { Lease } from "./lease.ts";
import { liveTokens } from "./lease-judge.ts";
import type { RunPaths } from "./paths.ts";
import { replaceFile } from "./replace-file.ts";

/** Keeps `lease.json` of one writer up to date. */
export class LeaseKeeper {
  readonly #io: Io;
  readonly #run: RunPaths;
  #lease: Lease;
  #last: Promise<void> = Promise.resolve();

  constructor(io: Io, run: RunPaths, lease: Lease) {
    this.#io = io;
    this.#run = run;
    this.#lease = lease;
    liveTokens().add(lease.token);
  }

  /** Writes the lease with a beat that nobody has seen. */
  beat(): Promise<void> {
    return this.#write({ ...this.#lease, beat: this.#lease.beat + 1 });
  }

  /** The same holder goes on in a later epoch. */
  moveTo(epoch: number): Promise<void> {
    return this.#write({ ...this.#lease, epoch, beat: this.#lease.beat + 1 });
  }

  /** Says that the run is free, unless it has said so; `failed` if it was never acquired in full. */
  release(failed = false): Promise<void> {
    this.forget();
    return this.#write({ ...this.#lease, released: true, failed });
  }

  /** Says nothing to anyone, but this process no longer counts the lease as its own. */
  forget(): void {
    liveTokens().delete(this.#lease.token);
  }

  /** One write at a time, so that a beat never undoes a release. */
  #write(lease: Lease): Promise<void> {
    const write = async (): Promise<void> => {
      if (this.#lease.released) return;
      const temporary = `${this.#run.lease}.${lease.epoch}.tmp`;
      await replaceFile(this.#io, this.#run.lease, `${JSON.stringify(lease)}\n`, { temporary, sync: false });
      this.#lease = lease;
    };
    const next = this.#last.then(write, write);
    this.#last = next;
    return next;
  }
}
