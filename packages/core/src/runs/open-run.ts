import type { RetrySettings } from "../actors/call-policy.ts";
import { Engine } from "../engine/engine.ts";
import { runRetryOf, sameRetry, type RunRetry } from "../engine/run-retry.ts";
import type { RunRecord, SessionRecord } from "../journal/journal-record.ts";
import { schemaVersion } from "../journal/records.ts";
import type { RunView } from "../history/fold.ts";
import { ReplayMode } from "../journal/replay-mode.ts";
import { replayPolicy } from "../engine/replay-policy.ts";
import type { HeaderPatch, StateWriter } from "../ports/state-backend.ts";
import { libraryVersion } from "../version.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import { refuseSealed } from "../transfer/sealed.ts";
import { foldVisible } from "../timeline/fold-visible.ts";
import { lastRoot } from "../timeline/last-root.ts";
import { engineOptions } from "./engine-options.ts";
import { headerOf } from "./metadata.ts";
import { openBeside } from "./open-beside.ts";
import { passOf } from "./pass-of.ts";
import { readJournal } from "./read-journal.ts";
import type { StateMetadata } from "./execution-state.ts";
import { resumeFrom } from "./resume-from.ts";
import type { OpenOptions } from "./reprise.ts";
import { reportAliases } from "./report-aliases.ts";
import { contentsOf } from "./run-contents.ts";
import { RunState } from "./run-state.ts";
import { sessionFacts } from "./session-facts.ts";
import type { RepriseSettings } from "./settings.ts";

/** What is to be opened, and how. */
export interface OpenRequest {
  readonly stateId: string;
  readonly create: "may" | "must" | "never";
  readonly metadata: StateMetadata | undefined;
  readonly options: OpenOptions;
  /** Whether an actor is executed next, or the run is driven by hand. */
  readonly toExecute: boolean;
}

/** Takes the lease of a run, within `leftMs` if others hold it, reads its journal and makes its state; a run without records begins here. */
export async function openRun(settings: RepriseSettings, request: OpenRequest, leftMs: number): Promise<RunState> {
  const { stateId, options } = request;
  const acquire = (how: OpenRequest["create"], waitMs: number, signal?: AbortSignal): Promise<StateWriter> =>
    settings.backend.acquire(stateId, { owner: settings.system.owner, create: how, waitMs, ...(signal && { signal }) });
  if (options.mode === ReplayMode.VALIDATION) return openBeside(settings, stateId, options);
  // Before anything is created: what cannot be used or recorded is refused.
  const runRetry = runRetryOf(options, settings.options.retry);
  const meta = request.metadata && settings.values.encode(request.metadata, "metadata").encoded;
  const contents = contentsOf(settings);
  const writer = await acquire(options.resumeFrom === undefined ? request.create : "never", leftMs, options.signal);
  try {
    const records = await readJournal(stateId, writer.recovered(), settings.records, contents);
    refuseSealed(stateId, records);
    const resumption = await resumeFrom(settings, writer, records, options);
    const view = foldVisible(stateId, records);
    const loaded = records.length > 0;
    const policy = replayPolicy(options, view.pass !== undefined);
    const pass = passOf(view, options, records.length);
    const engine = new Engine({
      system: settings.system,
      values: settings.values,
      view,
      records,
      writer,
      journal: { codec: settings.records, contents, durability: settings.durability, acquire: () => acquire("never", options.waitMs ?? 0) },
      options: { ...engineOptions(settings, options, policy, runRetry), misListed: await isMisListed(settings, stateId, view) },
      policy,
      pass,
      rules: settings.rules,
      session: loaded ? sessionRecord(settings, view, options, runRetry) : undefined,
      hiddenRoot: view.root === undefined ? lastRoot(records) : undefined,
      resumeFrom: options.resumeFrom,
    });
    if (!loaded) beginRun(engine, request, meta);
    const state = new RunState(engine, settings, loaded);
    if (request.toExecute) state.reserve();
    // Once all listen.
    if (resumption === "continued") engine.log("info", "RESUME_CONTINUED", "an earlier load has cut the run here, and it has not completed since: it goes on", { address: options.resumeFrom });
    reportAliases(engine);
    return state;
  } catch (error) {
    await writer.release();
    throw error;
  }
}

/** Asked of those that may have nothing more to record: others put it right with what they record. */
async function isMisListed({ backend }: RepriseSettings, stateId: string, { status, wakeAt }: RunView): Promise<boolean> {
  if (status !== "completed" && status !== "awaiting") return false;
  const head = await backend.head(stateId);
  return head !== undefined && (head.status !== status || head.wakeAt !== wakeAt);
}

function sessionRecord(settings: RepriseSettings, view: RunView, { mode = ReplayMode.NORMAL, force }: OpenOptions, runRetry: RunRetry | undefined): SessionRecord {
  const by = sessionFacts(settings.options.session);
  return {
    k: "session",
    at: settings.system.now(),
    lib: libraryVersion,
    mode,
    ...(force && { force: [...force] }),
    ...(Object.keys(by).length > 0 && { by }),
    ...(view.unrecovered && { opening: "recovery" }),
    ...changedRetry(view.retry, runRetry),
  };
}

function beginRun(engine: Engine, { stateId, metadata }: OpenRequest, meta: EncodedValue | undefined): void {
  const at = engine.now();
  const record: RunRecord = { k: "run", at, v: schemaVersion, id: stateId, ...(meta && { meta }), ...changedRetry({}, engine.options.runRetry) };
  const header: HeaderPatch = { status: "running", createdAt: at, updatedAt: at, tags: [], ...(metadata && headerOf(metadata)) };
  engine.append([record], "start", () => undefined, header);
}

/** T1: settings are recorded, so that whoever resumes the run has them without being told. */
function changedRetry(recorded: RetrySettings, given: RunRetry | undefined): { readonly retry?: RetrySettings } {
  return given === undefined || sameRetry(recorded, given.settings) ? {} : { retry: given.settings };
}
