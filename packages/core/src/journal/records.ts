import * as z from "zod/mini";
import { ReplayMode } from "./replay-mode.ts";
import { StateStatus } from "../events/event-type.ts";
import { InterruptReason } from "../events/interrupt-signal.ts";

/** Version of the record format, in the first record of every journal. */
export const schemaVersion = 1;

// The closed table of what a journal can hold. One JSON object per record; `k` is its kind, `at` its time in ms since the
// epoch. A call is named by the seq of its first record (`c`, `p`); its address is stored once, there.

const time = z.number();
/** A number of things, or a place among them; the second from 1 on. */
const natural = z.int().check(z.nonnegative());
const positive = z.int().check(z.positive());
const seq = positive;
const duration = z.number().check(z.nonnegative());
/** A tagged tree; checked when it is decoded. */
const tree = z.unknown();
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const error = z.looseObject({ name: z.string(), message: z.string() });
/** `[key, "s", tree]` set, `[key, "a", amount]` add, `[key, "d"]` delete; `[name, "r", reference]` an artifact was put. */
const write = z.union([
  z.tuple([z.string(), z.literal("s"), tree]),
  z.tuple([z.string(), z.literal("a"), z.number()]),
  z.tuple([z.string(), z.literal("d")]),
  z.tuple([z.string(), z.literal("r"), z.strictObject({ id: sha256, size: natural, kind: z.enum(["value", "bytes"]) })]),
]);
const writes = z.optional(z.array(write));
/** What a process has made of the record by then. */
const reuse = z.optional(z.strictObject({ reused: natural, executed: natural, reentered: natural, savedMs: duration }));
/** The version of the actor that led to an outcome, where it is not that of the call; null for none. */
const versionOfOutcome = z.optional(z.nullable(z.string()));
/** Of a task of `parallel`: the fingerprint of the code that led to the outcome, where it is not that of the call. */
const codeOfOutcome = z.optional(z.string());
/** The retry settings of the run: configurations of a retry policy, or false. */
const retrySettings = z.optional(
  z.strictObject({
    retry: z.optional(z.unknown()),
    retryByType: z.optional(z.strictObject({ agent_call: z.optional(z.unknown()), tool_call: z.optional(z.unknown()), llm_call: z.optional(z.unknown()) })),
  }),
);

/** Whose chance code draws that a fork took over: a run, and a seq in it. */
const was = z.optional(z.tuple([z.string(), seq]));
/** Of a fork. */
const forkFields = {
  /** The run it was made from, the last record taken over, and how many records it began with: with fewer it was never finished. */
  parent: z.optional(z.strictObject({ id: z.string(), seq, n: seq })),
  /** The run whose chance code outside any actor draws. */
  was: z.optional(z.string()),
  /** The call that `execute` began, where it was not taken over: its address and input. */
  root: z.optional(z.strictObject({ a: z.string(), i: z.optional(tree) })),
  /** Values for calls with these addresses. */
  pins: z.optional(z.array(z.tuple([z.string(), tree]))),
};

export const recordSchemas = {
  /** The first record of every journal. */
  run: z.strictObject({ k: z.literal("run"), at: time, v: positive, id: z.string(), meta: z.optional(tree), retry: retrySettings, ...forkFields }),
  /** The first append of a process that loaded the run; with `opening` it opens a failed run again. `retry` replaces what was recorded. */
  session: z.strictObject({
    k: z.literal("session"),
    at: time,
    lib: z.string(),
    opening: z.optional(z.literal("recovery")),
    retry: retrySettings,
    /** Absent where a handle goes on after a rest. */
    mode: z.optional(z.enum(Object.values(ReplayMode))),
    /** With mode incremental: the calls that are to be executed in any case. */
    force: z.optional(z.array(z.string())),
    /** What was reused before there was anything to record. */
    reuse,
    /** What `createReprise({ session })` says. */
    by: z.optional(z.strictObject({ host: z.optional(z.string()), pid: z.optional(z.int()), gitCommit: z.optional(z.string()), appVersion: z.optional(z.string()) })),
  }),
  /** The first record of a call: names it. With `c` it is that of a call that a cut had made unstarted: it begins anew, in its place. */
  started: z.strictObject({
    k: z.literal("started"),
    at: time,
    c: z.optional(seq),
    /** Address. */
    a: z.string(),
    /** The enclosing call; absent at the top of the run. */
    p: z.optional(seq),
    /** Input; absent for undefined, or where `ip` or `ix` says where it is. */
    i: z.optional(tree),
    /** The input is the parent's. */
    ip: z.optional(z.literal(1)),
    /** The input is this item of the parent group's input. */
    ix: z.optional(natural),
    /** The actor's version. */
    ver: z.optional(z.string()),
    /** Fingerprint of the text of an agent's handler, or of a task of `parallel`; empty for a task without a text. */
    fp: z.optional(z.string()),
    /** The call that `execute` began. */
    root: z.optional(z.literal(1)),
    /** `repeatable: false`. */
    once: z.optional(z.literal(1)),
    /** Of a group: how many branches may run at once. */
    workers: z.optional(positive),
    /**
     * Records of this name that had been given to calls with other inputs (rule A3), each with the hash of that input. They stay
     * with those calls, although there are more of their name now.
     */
    given: z.optional(z.array(z.tuple([seq, z.string()]))),
    was,
  }),
  /**
   * A further attempt; with `opening` ended code is opened again: by a retry, by the recovery of a failed run, or because
   * the items of a group, or its actor, changed; in an INCREMENTAL pass also because something below it may have.
   */
  restarted: z.strictObject({
    k: z.literal("restarted"),
    at: time,
    c: seq,
    /** Attempt. */
    n: positive,
    opening: z.optional(z.enum(["retry", "recovery", "changed"])),
    /** What completed in earlier attempts stays visible. */
    reuse: z.optional(z.boolean()),
    /** Another input than the recorded one, of a group its items; `iu`: it is undefined. */
    i: z.optional(tree),
    iu: z.optional(z.literal(1)),
    was,
  }),
  /**
   * The attempt of an agent has run out of time. Recorded before its children are told, so that a resumed run ends it too
   * instead of giving its code what ended them.
   */
  expired: z.strictObject({ k: z.literal("expired"), at: time, c: seq, option: z.enum(["timeoutMs", "attemptTimeoutMs"]), limit: z.number() }),
  completed: z.strictObject({
    k: z.literal("completed"),
    at: time,
    c: seq,
    /** Value; absent for undefined, or where `vc` or `vb` says where it is. */
    v: z.optional(tree),
    /** The value is that of this call. */
    vc: z.optional(seq),
    /** The value is the list of these branches' values. */
    vb: z.optional(z.array(seq)),
    ver: versionOfOutcome,
    fp: codeOfOutcome,
    w: writes,
    /** Of a wait: the message that answered it, and what its sender called the answer. */
    msg: z.optional(z.string()),
    aid: z.optional(z.string()),
    /** The value was given by a fork: no handler ran. */
    pin: z.optional(z.literal(1)),
  }),
  failed: z.strictObject({
    k: z.literal("failed"),
    at: time,
    c: seq,
    e: error,
    ver: versionOfOutcome,
    fp: codeOfOutcome,
    /** The children whose failure ended this attempt (rule R4). */
    through: z.optional(z.array(seq)),
    /** Of a group: its branches by position; null for one that never began. */
    b: z.optional(z.array(z.nullable(seq))),
  }),
  /** Follows a failed record in the same append: another attempt is due. */
  retrying: z.strictObject({ k: z.literal("retrying"), at: time, c: seq, due: time, delay: duration, max: z.optional(z.number()), cfg: z.optional(tree) }),
  /** Follows the started or restarted record of a wait or a sleep in the same append: what ends it. */
  awaiting: z.strictObject({
    k: z.literal("awaiting"),
    at: time,
    c: seq,
    /** When it is over by itself; absent for a wait without a limit. */
    due: z.optional(time),
    /** How long that is from `at`; absent for a sleep until a date. */
    delay: z.optional(duration),
    /** Of a wait: names it to those who may only answer it. */
    token: z.optional(z.string()),
    /** Of a wait: what whoever answers is shown. */
    prompt: z.optional(tree),
  }),
  cancelled: z.strictObject({ k: z.literal("cancelled"), at: time, c: seq, why: z.string() }),
  /** A call was open when the run was interrupted or, a leaf that had not begun, paused: it goes on when the run is resumed. `idle`: no handler ran. */
  interrupted: z.strictObject({ k: z.literal("interrupted"), at: time, c: seq, why: z.string(), idle: z.optional(z.literal(1)) }),
  /** The run was interrupted; follows the interrupted records of its calls in the same append. */
  interruption: z.strictObject({ k: z.literal("interruption"), at: time, reason: z.enum(Object.values(InterruptReason)), message: z.optional(z.string()), by: z.optional(z.string()), saved: z.optional(z.literal(0)) }),
  /** An answer that the wait's schema refused: the wait goes on. */
  rejected: z.strictObject({ k: z.literal("rejected"), at: time, c: seq, msg: z.string(), aid: z.optional(z.string()), why: z.string() }),
  /** An answer that came before any wait that it could be for, kept until there is one. */
  message: z.strictObject({
    k: z.literal("message"),
    at: time,
    msg: z.string(),
    aid: z.optional(z.string()),
    /** Name or address of the wait. */
    to: z.string(),
    /** Absent for undefined. */
    v: z.optional(tree),
  }),
  /** The time that the code of call `p`, or of the run, was given by `now()`: the record's own. */
  now: z.strictObject({ k: z.literal("now"), at: time, p: z.optional(seq) }),
  /** Writes made outside any actor. */
  storage: z.strictObject({ k: z.literal("storage"), at: time, w: z.array(write) }),
  checkpoint: z.strictObject({
    k: z.literal("checkpoint"),
    at: time,
    status: z.enum(Object.values(StateStatus)),
    meta: z.optional(tree),
    reuse,
    /** Written by itself, and how many of these are listed. */
    auto: z.optional(z.literal(1)),
    keep: z.optional(positive),
    /** With status awaiting: when the run goes on by itself. */
    wake: z.optional(time),
    /** With status failed: the calls at the top whose failure ended the run. */
    through: z.optional(z.array(seq)),
  }),
  /**
   * From here on the run shows only the records in `ranges`, and those that follow (rule R9). What it had shown before stays
   * in the journal.
   */
  cut: z.strictObject({
    k: z.literal("cut"),
    at: time,
    /** Rising; first and last seq of each. */
    ranges: z.array(z.tuple([seq, seq])).check(z.minLength(1)),
    /** Leaves that were open: they count as never started, and keep their place among the calls around them. */
    anew: z.optional(z.array(seq)),
    /** The last record that is kept, and the point as it was asked for. */
    why: z.strictObject({ position: seq, address: z.optional(z.string()), attempt: z.optional(positive), checkpoint: z.optional(seq) }),
    /** Made by `resumeFrom` with this address, and not yet reached. */
    resume: z.optional(z.string()),
    /** Addresses of calls that must not happen twice and may now run again. */
    allow: z.optional(z.array(z.string())),
    /** Of the cut that ends what a fork took over: its metadata. */
    meta: z.optional(tree),
  }),
  /** The last record of a run that was handed off: it is extended elsewhere, or after a `received` record. */
  sealed: z.strictObject({ k: z.literal("sealed"), at: time, to: z.optional(z.string()) }),
  /** Follows the seal of a run that was handed off: it goes on here. */
  received: z.strictObject({ k: z.literal("received"), at: time }),
  /** Stands in the place of a hidden record that a compaction has taken away. */
  gone: z.strictObject({ k: z.literal("gone"), at: time }),
} as const;

/** Checks that a parsed line of a journal is a record. */
export const recordSchema = z.discriminatedUnion("k", [
  recordSchemas.run,
  recordSchemas.session,
  recordSchemas.started,
  recordSchemas.restarted,
  recordSchemas.expired,
  recordSchemas.completed,
  recordSchemas.failed,
  recordSchemas.retrying,
  recordSchemas.awaiting,
  recordSchemas.cancelled,
  recordSchemas.interrupted,
  recordSchemas.interruption,
  recordSchemas.rejected,
  recordSchemas.message,
  recordSchemas.now,
  recordSchemas.storage,
  recordSchemas.checkpoint,
  recordSchemas.cut,
  recordSchemas.sealed,
  recordSchemas.received,
  recordSchemas.gone,
]);
