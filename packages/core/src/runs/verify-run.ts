import { messageOf } from "../errors/message-of.ts";
import { isRepriseError, type RepriseError } from "../errors/reprise-error.ts";
import { contradictions } from "../history/contradictions.ts";
import { emptyView, fold, type RunView } from "../history/fold.ts";
import type { Contents } from "../journal/contents.ts";
import { fetchValues, type Elsewhere } from "../journal/fetch-values.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { nameContents } from "../journal/record-codec.ts";
import type { ArtifactBackend } from "../ports/artifact-backend.ts";
import type { StoredRecord } from "../ports/state-backend.ts";
import { EncodedValue } from "../values/encoded-value.ts";
import { firstGone } from "../timeline/kept-ranges.ts";
import { seqsIn, timelineAt, type Range } from "../timeline/ranges.ts";
import { checkBeginning } from "./read-journal.ts";
import { contentsOf } from "./run-contents.ts";
import type { RepriseSettings } from "./settings.ts";

/** Something that is wrong with what is stored of a run. */
export interface VerifyFinding {
  /**
   * `backend`: what the backend keeps is damaged; `record`: bytes that are no record of this format; `order`: a seq or an epoch
   * out of order; `history`: records that contradict each other; `value`: a recorded value that cannot be read; `artifact`: a
   * content that a record names and that is missing or damaged.
   */
  readonly kind: "backend" | "record" | "order" | "history" | "value" | "artifact";
  readonly message: string;
  /** The record concerned. */
  readonly seq?: number;
  /** File of the backend. */
  readonly path?: string;
  /** Byte offset in that file. */
  readonly offset?: number;
}

/** What `verify` has read. */
export interface VerifyReport {
  readonly stateId: string;
  /** Nothing was found. */
  readonly intact: boolean;
  /** How many records were read: behind damage that the backend cannot get past there may be more. */
  readonly records: number;
  /** In the order of the journal, the backend's own first. One damage can have several: a lost record is missed by those that name it. */
  readonly findings: readonly VerifyFinding[];
}

/** Reads everything that is stored of a run and says what is wrong with it. Damage is a finding; anything else that goes wrong throws. */
export async function verifyRun(settings: RepriseSettings, stateId: string): Promise<VerifyReport> {
  const { backend, artifacts } = settings;
  const findings = ((await backend.verify?.(stateId)) ?? []).map(findingOf);
  const check = checkJournal(settings, stateId);
  try {
    for await (const batch of backend.read(stateId)) for (const stored of batch) await check.add(stored);
  } catch (error) {
    if (!isRepriseError(error, "CORRUPT")) throw error;
    const finding = findingOf(error);
    if (!findings.some(({ message }) => message === finding.message)) findings.push(finding);
  }
  check.end();
  const all = [...findings, ...check.findings, ...(await contentFindings(artifacts, check.contents))];
  return { stateId, intact: all.length === 0, records: check.read, findings: all };
}

/** Each content once, at the first record that names it. */
async function contentFindings(artifacts: ArtifactBackend | undefined, contents: ReadonlyMap<string, number>): Promise<VerifyFinding[]> {
  const findings: VerifyFinding[] = [];
  for (const [id, seq] of contents) {
    try {
      if (artifacts === undefined) findings.push({ kind: "artifact", seq, message: `record ${seq} names content ${id}, and there is no place for artifacts` });
      else await artifacts.get(id);
    } catch (error) {
      if (!isRepriseError(error, "NOT_FOUND") && !isRepriseError(error, "CORRUPT")) throw error;
      findings.push({ ...findingOf(error), kind: "artifact", seq, message: `record ${seq}: ${error.message}` });
    }
  }
  return findings;
}

/** Damage that the backend knows of. */
export function findingOf({ message, path, offset }: RepriseError): VerifyFinding {
  return { kind: "backend", message, ...(path !== undefined && { path }), ...(offset !== undefined && { offset }) };
}

/** Looks at the records of a run, one after the other. */
export function checkJournal(settings: RepriseSettings, stateId: string): JournalCheck {
  // A newer version is no damage, nor is a record that is encrypted where no encryption was given: with the right library and key all may be well.
  const thrown = settings.options.codec?.encryption === undefined ? ["INCOMPATIBLE", "DECRYPTION_FAILED"] : ["INCOMPATIBLE"];
  return new JournalCheck(stateId, (stored, elsewhere) => settings.records.decode(stored, stateId, elsewhere), contentsOf(settings), thrown);
}

type Decode = (stored: StoredRecord, elsewhere: Elsewhere[]) => JournalRecord;

/** What is wrong with the records that were added. */
export class JournalCheck {
  readonly findings: VerifyFinding[] = [];
  read = 0;
  /** What records name, with the first that does. */
  readonly contents = new Map<string, number>();
  readonly #stateId: string;
  #view: RunView;
  readonly #records: (JournalRecord | undefined)[] = [];
  readonly #decode: Decode;
  readonly #values: Contents;
  /** Codes of errors that say nothing of damage: they are thrown. */
  readonly #thrown: readonly string[];
  #epoch = 0;

  constructor(stateId: string, decode: Decode, values: Contents, thrown: readonly string[]) {
    this.#stateId = stateId;
    this.#view = emptyView();
    this.#decode = decode;
    this.#values = values;
    this.#thrown = thrown;
  }

  async add(stored: StoredRecord): Promise<void> {
    this.read += 1;
    if (stored.seq !== this.read) this.#found("order", stored.seq, `record ${stored.seq} stands where record ${this.read} belongs`);
    if (stored.epoch < this.#epoch) this.#found("order", stored.seq, `record ${stored.seq} is of epoch ${stored.epoch}, behind one of epoch ${this.#epoch}`);
    this.#epoch = stored.epoch;
    const elsewhere: Elsewhere[] = [];
    const record = this.#attempt("record", stored.seq, () => this.#decode(stored, elsewhere));
    for (const value of elsewhere) await this.#fetch(value);
    this.#records.push(record !== undefined && this.#check(record, this.read) ? record : undefined);
  }

  /** After the last record. */
  end(): void {
    const gone = firstGone(this.#records, timelineAt(this.#records));
    if (gone !== undefined && !this.findings.some(({ message }) => message.includes("was taken away"))) this.#found("history", gone, `record ${gone}, which is visible, was taken away`);
  }

  /** H7: a value that is kept elsewhere; without it the rest of the record is still looked at. */
  async #fetch(value: Elsewhere): Promise<void> {
    try {
      await fetchValues(this.#stateId, [value], this.#values);
    } catch (error) {
      if (!isRepriseError(error, "CORRUPT") && !isRepriseError(error, "UNSUPPORTED")) throw error;
      this.#found("artifact", value.seq, error.code === "CORRUPT" ? error.message : `record ${value.seq} names content ${value.reference.id}, and there is no place for artifacts`);
    }
  }

  /** Gives whether it could be folded: if not, what names it is not to be blamed on a cut. */
  #check(record: JournalRecord, seq: number): boolean {
    // A compaction has taken away what was here; what is visible of it is missed by the cut that shows it, or at the end.
    if (record.k === "gone") return true;
    this.#attempt("history", seq, () => {
      checkBeginning(record, seq - 1, this.#stateId);
      if (record.k === "cut") this.#view = this.#viewOf(record.ranges, seq);
    });
    const folded = this.#attempt("history", seq, () => {
      for (const problem of contradictions(this.#view, record, seq, this.#records.at(-1))) this.#found("history", seq, `record ${seq}: ${problem}`);
      fold(this.#view, record, seq);
      return true;
    });
    for (const [place, value] of valuesIn(record)) this.#attempt("value", seq, () => value.decode(), `record ${seq}, ${place}: `);
    nameContents(record, (id) => this.contents.set(id, this.contents.get(id) ?? seq));
    return folded === true;
  }

  /** What a cut has left visible. */
  #viewOf(ranges: readonly Range[], cut: number): RunView {
    const view = emptyView();
    for (const seq of seqsIn(ranges, this.#records.length)) {
      const record = this.#records[seq - 1];
      if (record?.k === "gone") this.#found("history", cut, `record ${cut}: record ${seq}, which it leaves visible, was taken away`);
      if (record !== undefined) this.#attempt("history", cut, () => fold(view, record, seq), `record ${cut}, what it leaves visible: `);
    }
    return view;
  }

  #attempt<Result>(kind: VerifyFinding["kind"], seq: number, work: () => Result, prefix = ""): Result | undefined {
    try {
      return work();
    } catch (error) {
      // What is read here is not trusted, so it may also trip over its shape.
      if (isRepriseError(error) && this.#thrown.includes(error.code)) throw error;
      this.#found(kind, seq, prefix + messageOf(error));
      return undefined;
    }
  }

  #found(kind: VerifyFinding["kind"], seq: number, message: string): void {
    this.findings.push({ kind, message, seq });
  }
}

/** The values that a record holds, by what they are. */
function valuesIn(record: JournalRecord): [place: string, value: EncodedValue][] {
  const named = Object.entries(record).filter((entry): entry is [string, EncodedValue] => entry[1] instanceof EncodedValue);
  const writes = "w" in record ? (record.w ?? []) : [];
  const written = writes.flatMap((write): [string, EncodedValue][] => (write[1] === "s" && typeof write[2] === "object" ? [[`storage ${JSON.stringify(write[0])}`, write[2]]] : []));
  return [...named.map(([field, value]): [string, EncodedValue] => [places[field] ?? field, value]), ...written];
}

const places: Readonly<Record<string, string>> = { i: "input", v: "value", meta: "metadata" };
