import type { MessageRecord } from "../journal/journal-record.ts";

/** What a run knows of the messages it was sent. */
export interface Mail {
  /** Ids of the messages that are recorded: whatever became of them, they are not wanted again. */
  readonly received: Set<string>;
  readonly answerIds: Set<string>;
  /** Answers that came before their wait. */
  readonly early: MessageRecord[];
}

/** The mail of a run that was sent nothing. */
export function emptyMail(): Mail {
  return { received: new Set(), answerIds: new Set(), early: [] };
}

/** A record names a message: it is not wanted again. */
export function receive(mail: Mail, { msg, aid }: { readonly msg: string; readonly aid?: string | undefined }): void {
  mail.received.add(msg);
  if (aid !== undefined) mail.answerIds.add(aid);
  const kept = mail.early.findIndex((early) => early.msg === msg);
  if (kept >= 0) mail.early.splice(kept, 1);
}
