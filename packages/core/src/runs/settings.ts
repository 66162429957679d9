import { checkPolicy } from "../actors/check.ts";
import { begunRuns } from "../backends/begun-runs.ts";
import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { checkMethods, checkObject, checkOneOf, invalid } from "../errors/invalid.ts";
import { allRules, rulesKey, type EngineRules } from "../engine/rules.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { createRedactor, type Redactor } from "../events/redactor.ts";
import { checkEncryption } from "../journal/encryption.ts";
import { createRecordCodec, type RecordCodec } from "../journal/record-codec.ts";
import type { ArtifactBackend } from "../ports/artifact-backend.ts";
import type { Durability, StateBackend } from "../ports/state-backend.ts";
import { defaultSystem, type System } from "../system.ts";
import { createCodec, type ValueCodec } from "../values/codec.ts";
import { boundSystem } from "./bound-system.ts";
import { checkChecker } from "./check-interrupt.ts";
import { checkAutoCheckpoint } from "./check-auto-checkpoint.ts";
import { ephemeralBackend } from "./ephemeral-backend.ts";
import type { RepriseOptions } from "./reprise.ts";
import { sessionFacts } from "./session-facts.ts";

/** A checked configuration with its defaults: what every run of a Reprise shares. */
export interface RepriseSettings {
  readonly options: RepriseOptions;
  readonly backend: StateBackend;
  /** Undefined: there is no place for artifacts, or only the memory of each run. */
  readonly artifacts: ArtifactBackend | undefined;
  readonly artifactThreshold: number;
  readonly system: System;
  readonly values: ValueCodec;
  readonly records: RecordCodec;
  readonly redactor: Redactor | undefined;
  readonly durability: Durability | "checkpoint";
  readonly maxLost: number;
  readonly graceMs: number;
  readonly suspendAfterMs: number;
  readonly rules: EngineRules;
}

const optionNames: OptionNames<RepriseOptions> = {
  backend: true, artifacts: true, artifactThreshold: true, retry: true, durability: true, requires: true, onInputChange: true, onVersionChange: true,
  onUnknownOutcome: true, autoCheckpoint: true, codec: true, secrets: true, redact: true, maxLost: true, graceMs: true, suspendAfterMs: true,
  interruptChecker: true, session: true, subscribers: true, system: true,
};

function checkParts(options: RepriseOptions): void {
  const { backend, artifacts, retry, system, subscribers, codec } = options;
  checkMethods("backend", "a state backend, such as fsBackend({ dir })", ["acquire", "read", "head", "list", "remove", "post", "close"], backend);
  if (backend !== undefined) checkObject("backend.capabilities", backend.capabilities);
  checkMethods("artifacts", "an artifact backend, such as fsArtifacts({ dir })", ["put", "get", "open", "stat", "close"], artifacts);
  checkMethods("retry", "a retry provider, such as retryProvider() of @reprise/retry", ["from", "defaultFor"], retry);
  checkMethods("system", "a system, such as defaultSystem()", ["now", "random", "newId", "sha256", "setTimer", "yield"], system);
  if (subscribers !== undefined && !Array.isArray(subscribers)) invalid("subscribers", "a list of subscribers", subscribers);
  for (const [index, subscriber] of (subscribers ?? []).entries()) checkMethods(`subscribers[${index}]`, "a subscriber: it needs attach(run)", ["attach"], subscriber ?? null);
  if (codec !== undefined) checkKnown(codec, { extensions: true, encryption: true } satisfies OptionNames<NonNullable<RepriseOptions["codec"]>>, "codec");
  // What is a function is asked when a run is opened.
  if (typeof options.session !== "function") sessionFacts(options.session);
  if (options.secrets !== undefined && typeof options.secrets !== "function") invalid("secrets", "a function that gives the value of a secret by its name", options.secrets);
  checkEncryption(codec?.encryption);
  if (codec?.extensions !== undefined && !Array.isArray(codec.extensions)) invalid("codec.extensions", "a list of extensions", codec.extensions);
}

const rank: Record<Durability, number> = { none: 0, process: 1, power: 2 };
const reach = { process: 0, host: 1, cluster: 2 } as const;

// A character is at most three bytes, and a record has more in it than its largest value.
const bytesPerCharacter = 8;

function defaultThreshold({ capabilities }: StateBackend): number {
  return Math.min(64 * 2 ** 10, Math.floor(capabilities.maxRecordBytes / bytesPerCharacter));
}

/** Throws `INVALID_OPTION`, or `UNSUPPORTED` where the backend provides less than was asked for. */
export function resolveSettings(options: RepriseOptions): RepriseSettings {
  checkKnown(options, optionNames, "createReprise");
  checkParts(options);
  const backend = options.backend === undefined ? ephemeralBackend() : begunRuns(options.backend);
  const { maxLost = 3, graceMs = 5_000, suspendAfterMs = 30_000, artifactThreshold = defaultThreshold(backend) } = options;
  if (!Number.isInteger(maxLost) || maxLost < 1) invalid("maxLost", "a whole number from 1", maxLost);
  if (!(Number.isFinite(graceMs) && graceMs >= 0)) invalid("graceMs", "a number of milliseconds from 0", graceMs);
  if (typeof suspendAfterMs !== "number" || !(suspendAfterMs >= 0)) invalid("suspendAfterMs", "a number of milliseconds from 0, or Infinity", suspendAfterMs);
  if (!(typeof artifactThreshold === "number" && artifactThreshold >= 0)) invalid("artifactThreshold", "a number of characters from 0", artifactThreshold);
  const { retry: _provider, ...policy } = options;
  checkPolicy(policy);
  checkAutoCheckpoint(options.autoCheckpoint);
  checkChecker(options.interruptChecker);
  checkOneOf("durability", ["power", "process", "checkpoint"], options.durability);
  const system = options.system === undefined ? defaultSystem() : boundSystem(options.system);
  const values = createCodec({ ...(options.codec?.extensions && { extensions: options.codec.extensions }), now: system.now });
  checkRequired(options, backend);
  return {
    options,
    backend,
    artifacts: options.artifacts ?? options.backend?.artifacts,
    artifactThreshold,
    system,
    values,
    records: createRecordCodec(values, options.codec?.encryption),
    redactor: createRedactor(options.redact),
    durability: durabilityOf(options, backend),
    maxLost,
    graceMs,
    suspendAfterMs,
    rules: { ...allRules, ...(options as { readonly [rulesKey]?: Partial<EngineRules> })[rulesKey] },
  };
}

function durabilityOf(options: RepriseOptions, backend: StateBackend): Durability | "checkpoint" {
  const strongest = backend.capabilities.durability;
  const wished = options.durability;
  if (wished === undefined) return strongest;
  if (wished !== "checkpoint" && rank[wished] > rank[strongest]) unsupported("durability", wished, strongest);
  return wished;
}

function checkRequired(options: RepriseOptions, backend: StateBackend): void {
  const { capabilities } = backend;
  if (options.requires !== undefined) checkKnown(options.requires, { durability: true, exclusion: true } satisfies OptionNames<NonNullable<RepriseOptions["requires"]>>, "requires");
  const { durability, exclusion } = options.requires ?? {};
  checkOneOf("requires.durability", ["power", "process", "none"], durability);
  checkOneOf("requires.exclusion", ["process", "host", "cluster"], exclusion);
  if (durability !== undefined && rank[durability] > rank[capabilities.durability]) unsupported("requires.durability", durability, capabilities.durability);
  if (exclusion !== undefined && reach[exclusion] > reach[capabilities.exclusion]) unsupported("requires.exclusion", exclusion, capabilities.exclusion);
}

function unsupported(option: string, wished: string, has: string): never {
  throw new RepriseError("UNSUPPORTED", `${option} is "${wished}", but the backend provides "${has}"`, { path: option });
}
