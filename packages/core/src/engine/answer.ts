import * as z from "zod/mini";
import type { CallNode } from "../history/call-node.ts";
import type { RunView } from "../history/fold.ts";
import { parseAddress, segmentText } from "../address/address.ts";
import { issueText } from "../errors/issue-text.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { canonical } from "./match-queue.ts";

/** An answer as it travels: what is in a message. */
export interface Answer {
  /** Address, name or token of the wait. */
  readonly to: string;
  /** The call that was found to be meant when it was sent. */
  readonly call?: number | undefined;
  /** Seq of the record with which that had asked by then: what it showed is what was answered. */
  readonly asked?: number | undefined;
  readonly answerId?: string | undefined;
  /** Tree of the value; absent for undefined. */
  readonly tree?: unknown;
}

const schema = z.strictObject({ k: z.literal("answer"), v: z.literal(1), to: z.string(), c: z.optional(z.int().check(z.positive())), o: z.optional(z.int().check(z.positive())), aid: z.optional(z.string()), value: z.optional(z.unknown()) });

/** An answer as the bytes of a message. */
export function encodeAnswer({ to, call, asked, answerId, tree }: Answer): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ k: "answer", v: 1, to, c: call, o: asked, aid: answerId, value: tree }));
}

/** The answer in what was the JSON of a message. Throws if it is none. */
export function answerIn(json: unknown): Answer {
  const { data, error } = schema.safeParse(json);
  if (error !== undefined) throw new Error(issueText(error));
  const { to, c, o, aid, value } = data;
  return { to, call: c, asked: o, answerId: aid, tree: value };
}

/** Is an answer to `to` one for this wait? It may give its token, its address with or without the type, or its name with or without key and number. */
export function isMeant(node: CallNode, to: string): boolean {
  return node.token === to || [node.address, node.path, segmentText(node.segment), node.segment.name].includes(to);
}

/** Was this call a wait, hidden by a cut or not? An answer to it is for no other, also when others have its name (rule I4). */
export function isWaitIn(records: readonly JournalRecord[], call: number | undefined): call is number {
  const record = call === undefined ? undefined : records[call - 1];
  return record?.k === "started" && parseAddress(record.a).type === "wait_call";
}

/**
 * Had a wait that asked with this record shown another prompt than it does now? Who approved one text has not approved another
 * (rule R7).
 */
export function hasAskedOtherwise(records: readonly JournalRecord[], node: CallNode, asked: number | undefined): boolean {
  const shown = asked === undefined || asked === node.opening ? undefined : records[asked];
  return shown?.k === "awaiting" && shown.c === node.id && canonical(shown.prompt) !== canonical(node.prompt);
}

/** Why an answer to what a wait showed before is refused. */
export function askedOtherwise({ address }: CallNode): string {
  return `${address} asks otherwise now than when it was answered`;
}

/** Every wait of the run that `to` could mean. */
export function waitsMeant(view: RunView, to: string): CallNode[] {
  return [...view.calls.values()].filter((node) => node.type === "wait_call" && isMeant(node, to));
}
