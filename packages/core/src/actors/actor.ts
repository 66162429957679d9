import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { EventType } from "../events/event-type.ts";
import type { AgentContext, LeafContext } from "./context.ts";
import type { CallPolicy } from "./call-policy.ts";

/** What every kind of actor may say about itself. */
export interface ActorSettings extends CallPolicy {
  /** 1 to 128 characters, without `::`, brackets, `#` or control characters: part of every address. */
  readonly name: string;
  /** Change it when the actor's behaviour changes; a recorded result of another version is then noticed (`onVersionChange`). Default: none, which is a version as any other. */
  readonly version?: string;
  /**
   * Of VALIDATION: `"strict"` (default) compares values deeply, `"non_deterministic"` asks only that the call succeeds and its
   * output schema accepts the value.
   */
  readonly determinism?: "strict" | "non_deterministic";
  /** `false` marks what must not happen twice, e.g. a payment: never run again by itself (rule R11). Default: true. */
  readonly repeatable?: boolean;
}

/**
 * What `tool` and `llm` take.
 * `Input` is what callers pass, `Given` what the handler gets (they differ if the schema transforms), `Raw` what the
 * handler returns, `Output` what callers get.
 */
export interface LeafDefinition<Given, Raw, Input, Output> extends ActorSettings {
  /** Any Standard Schema: applied to the recorded input each time before the handler runs. Default: the input is not checked. */
  readonly input?: StandardSchemaV1<Input, Given>;
  /** Any Standard Schema: applied to the recorded result, on the first run and on reuse alike. Default: the result is not checked. */
  readonly output?: StandardSchemaV1<Raw, Output>;
  /** Of VALIDATION: decides itself whether two values are the same; gets them as callers do. Default: what `determinism` says. */
  readonly compare?: (recorded: Output, current: Output) => boolean;
  readonly run: (input: Given, context: LeafContext) => Raw | Promise<Raw>;
}

/** What `agent` takes; see {@link LeafDefinition} for the type parameters. */
export interface AgentDefinition<Given, Raw, Input, Output> extends ActorSettings {
  /** As of a leaf. Default: the input is not checked. */
  readonly input?: StandardSchemaV1<Input, Given>;
  /** As of a leaf. Default: the result is not checked. */
  readonly output?: StandardSchemaV1<Raw, Output>;
  /**
   * Whether a retried attempt reuses what completed in the one before: `"auto"` (default) reuses if the failure came from
   * a child and runs afresh if the agent failed by itself (rule T7).
   */
  readonly retryChildren?: "auto" | "reuse" | "afresh";
  /** Of VALIDATION: decides itself whether two values are the same; gets them as callers do. Default: what `determinism` says. */
  readonly compare?: (recorded: Output, current: Output) => boolean;
  readonly run: (input: Given, context: AgentContext) => Raw | Promise<Raw>;
}

/** A named unit of work: made by `tool`, `llm` or `agent`, used with `run`. Immutable. */
export interface Actor<in Input, out Output> extends ActorSettings {
  readonly type: EventType;
  readonly retryChildren?: "auto" | "reuse" | "afresh";
  readonly inputSchema: StandardSchemaV1 | undefined;
  readonly outputSchema: StandardSchemaV1 | undefined;
  readonly compare?: (recorded: never, current: never) => boolean;
  /** The handler as core calls it; never call it yourself. */
  readonly handler: (input: never, context: never) => unknown;
  /** Carries the types; never present. */
  readonly "~types"?: { readonly input: (input: Input) => void; readonly output: Output };
}
