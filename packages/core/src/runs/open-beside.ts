import { Engine } from "../engine/engine.ts";
import { replayPolicy } from "../engine/replay-policy.ts";
import { runRetryOf } from "../engine/run-retry.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { Contents } from "../journal/contents.ts";
import { foldVisible } from "../timeline/fold-visible.ts";
import { lastRoot } from "../timeline/last-root.ts";
import { engineOptions } from "./engine-options.ts";
import { forgetfulWriter } from "./ephemeral-backend.ts";
import { overlayArtifacts } from "./overlay-artifacts.ts";
import { readRun } from "./read-run.ts";
import type { OpenOptions } from "./reprise.ts";
import { reportAliases } from "./report-aliases.ts";
import { RunState } from "./run-state.ts";
import type { RepriseSettings } from "./settings.ts";

/** R5: opens a run without its lease, on a journal that nobody keeps: others may go on with it meanwhile. Throws `NOT_FOUND`. */
export async function openBeside(settings: RepriseSettings, stateId: string, options: OpenOptions): Promise<RunState> {
  const policy = replayPolicy(options);
  const records = await readRun(settings, stateId, options.signal);
  const view = foldVisible(stateId, records);
  if (records.length === 0) throw new RepriseError("NOT_FOUND", `run ${stateId} has no records`, { stateId });
  const { sha256 } = settings.system;
  // Nothing is written down, so nothing is too large to be.
  const contents = new Contents({ artifacts: overlayArtifacts(settings.artifacts, sha256), sha256, threshold: Infinity });
  const writer = forgetfulWriter(stateId, records.length);
  const engine = new Engine({
    system: settings.system,
    values: settings.values,
    view,
    records,
    writer,
    journal: { codec: settings.records, contents, durability: "none", acquire: async () => writer },
    options: engineOptions(settings, options, policy, runRetryOf(options, settings.options.retry)),
    policy,
    pass: undefined,
    rules: settings.rules,
    session: undefined,
    hiddenRoot: view.root === undefined ? lastRoot(records) : undefined,
    resumeFrom: undefined,
  });
  const state = new RunState(engine, settings, true, options.throwOnMismatch === true);
  reportAliases(engine);
  return state;
}
