import type { RunView } from "../history/fold.ts";
import type { JournalSettings } from "../journal/journal.ts";
import type { HiddenRoot, JournalRecord, SessionRecord } from "../journal/journal-record.ts";
import type { StateWriter } from "../ports/state-backend.ts";
import type { System } from "../system.ts";
import type { ValueCodec } from "../values/codec.ts";
import type { EngineOptions } from "./engine-options.ts";
import type { Pass } from "./incremental.ts";
import type { ReplayPolicy } from "./replay-policy.ts";
import type { EngineRules } from "./rules.ts";

/** What an engine is made of. */
export interface EngineSettings {
  readonly system: System;
  readonly values: ValueCodec;
  readonly view: RunView;
  readonly records: JournalRecord[];
  readonly writer: StateWriter;
  readonly journal: Pick<JournalSettings, "codec" | "contents" | "durability" | "acquire">;
  readonly options: EngineOptions;
  readonly rules: EngineRules;
  /** How recorded calls are treated. */
  readonly policy: ReplayPolicy;
  /** Set where the run is made anew. */
  readonly pass: Pass | undefined;
  /** The record to write before anything else, if the run was loaded. */
  readonly session: SessionRecord | undefined;
  /** The call that `execute` began, where a cut has hidden it. */
  readonly hiddenRoot: HiddenRoot | undefined;
  /** The address that the run was to resume from. */
  readonly resumeFrom: string | undefined;
}
