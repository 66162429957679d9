import { checkGrace } from "../backends/check-grace.ts";
import { everyPage } from "../backends/every-page.ts";
import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { isRepriseError, RepriseError } from "../errors/reprise-error.ts";
import type { Elsewhere } from "../journal/fetch-values.ts";
import { nameContents } from "../journal/record-codec.ts";
import type { CollectedArtifacts } from "../ports/artifact-backend.ts";
import type { RepriseSettings } from "./settings.ts";

/** Options of `collectArtifacts`. */
export interface CollectOptions {
  /** What was put within this time stays, named or not, in ms. Default: 24 hours. */
  readonly graceMs?: number;
}

/** What `collectArtifacts` has done. */
export interface CollectReport extends CollectedArtifacts {
  /** So many runs were read. */
  readonly runs: number;
  /** So many contents are named by their records, hidden ones too. */
  readonly live: number;
}

const dayMs = 24 * 60 * 60 * 1000;
const pageLength = 1000;

/** Removes the contents that no record of any run names. */
export async function collectArtifacts(settings: RepriseSettings, options: CollectOptions): Promise<CollectReport> {
  checkKnown(options, { graceMs: true } satisfies OptionNames<CollectOptions>);
  const graceMs = checkGrace({ graceMs: options.graceMs ?? dayMs });
  const { artifacts } = settings;
  if (settings.options.backend === undefined) throw missing("the runs", "backend");
  if (artifacts === undefined) throw missing("the artifacts", "artifacts");
  if (artifacts.collect === undefined) throw new RepriseError("UNSUPPORTED", "this artifact backend cannot collect: it has no collect(live, options)", { path: "artifacts" });
  const mark = new Mark(settings);
  const collected = await artifacts.collect(mark.live(), { graceMs });
  return { ...collected, runs: mark.runs.size, live: mark.contents.size };
}

function missing(what: string, option: string): RepriseError {
  return new RepriseError("UNSUPPORTED", `collectArtifacts needs ${what}: createReprise was given no ${option}`, { path: option });
}

/** What is alive. A run that cannot be read may need anything: then nothing is removed. */
class Mark {
  readonly runs = new Set<string>();
  readonly contents = new Set<string>();
  readonly #settings: RepriseSettings;

  constructor(settings: RepriseSettings) {
    this.#settings = settings;
  }

  async *live(): AsyncGenerator<string> {
    // Again, until there is no run that was not read: a fork may have been made of a run that was deleted before it was read.
    for (let before = -1; before < this.runs.size; ) {
      before = this.runs.size;
      for await (const stateId of this.#listed()) {
        if (this.runs.has(stateId)) continue;
        await this.#read(stateId);
        this.runs.add(stateId);
      }
    }
    yield* this.contents;
  }

  async *#listed(): AsyncGenerator<string> {
    for await (const { rows, damaged } of everyPage((query) => this.#settings.backend.list(query), { limit: pageLength })) {
      const [first] = damaged;
      if (first !== undefined) throw first.error;
      for (const { stateId } of rows) yield stateId;
    }
  }

  async #read(stateId: string): Promise<void> {
    const { backend, records } = this.#settings;
    const elsewhere: Elsewhere[] = [];
    const named = (id: string): void => void this.contents.add(id);
    try {
      for await (const batch of backend.read(stateId)) for (const stored of batch) nameContents(records.decode(stored, stateId, elsewhere), named);
    } catch (error) {
      // Deleted since it was listed.
      if (!isRepriseError(error, "NOT_FOUND")) throw error;
    }
    for (const { reference } of elsewhere) named(reference.id);
  }
}
