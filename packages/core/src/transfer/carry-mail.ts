import { isWaitIn, waitsMeant, type Answer } from "../engine/answer.ts";
import { decodeMessage } from "../engine/decode-message.ts";
import type { RunView } from "../history/fold.ts";
import type { JournalRecord, MessageRecord } from "../journal/journal-record.ts";
import type { Message, StateWriter } from "../ports/state-backend.ts";
import { foldVisible } from "../timeline/fold-visible.ts";
import type { ValueCodec } from "../values/codec.ts";

/** Unread messages on their way into the journal. */
export interface CarriedMail {
  /** Answers that somebody may still want. */
  readonly records: readonly MessageRecord[];
  /** What need not be kept where it is once the records are written. */
  readonly read: readonly string[];
}

/**
 * A run that moves takes its unread answers along as records, as if they had come before their waits asked. Those that came too
 * late or twice are dropped, as a process that had the run would; what is no answer stays where it is.
 */
export async function carriedMail(writer: StateWriter, stateId: string, journal: readonly JournalRecord[], { values, at }: { readonly values: ValueCodec; readonly at: number }): Promise<CarriedMail> {
  const view = foldVisible(stateId, journal);
  const records: MessageRecord[] = [];
  const read: string[] = [];
  const answerIds = new Set(view.mail.answerIds);
  for await (const message of writer.messages()) {
    const answer = answerIn(message);
    if (answer === undefined) continue;
    read.push(message.id);
    const { answerId: aid, tree } = answer;
    const to = wantedBy(view, journal, answer);
    if (to === undefined || view.mail.received.has(message.id) || (aid !== undefined && answerIds.has(aid))) continue;
    if (aid !== undefined) answerIds.add(aid);
    records.push({ k: "message", at, msg: message.id, ...(aid !== undefined && { aid }), to, ...(tree !== undefined && { v: values.fromTree(tree) }) });
  }
  return { records, read };
}

function answerIn(message: Message): Answer | undefined {
  try {
    const content = decodeMessage(message);
    return content !== undefined && "answer" in content ? content.answer : undefined;
  } catch {
    // Whoever has the run says so; it is not for this one to throw it away.
    return undefined;
  }
}

/** What the answer is to be kept for: its wait, or a name that no wait has asked by yet; undefined if its wait is over. */
function wantedBy(view: RunView, journal: readonly JournalRecord[], { to, call }: Answer): string | undefined {
  const meant = isWaitIn(journal, call) ? view.calls.get(call) : undefined;
  const candidates = isWaitIn(journal, call) ? [meant] : waitsMeant(view, to);
  if (candidates.length === 0) return to;
  if (!candidates.some((node) => node?.state === "open")) return undefined;
  return meant?.address ?? to;
}
