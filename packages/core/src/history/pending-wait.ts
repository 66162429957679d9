import type { CallNode } from "./call-node.ts";
import type { RunView } from "./fold.ts";

/** A wait that nobody has answered yet. */
export interface PendingWait {
  readonly name: string;
  /** `writer::approval::wait_call` */
  readonly address: string;
  /** What the code shows to whoever answers; undefined if nothing. */
  readonly prompt: unknown;
  /** Cannot be guessed: for channels through which only this wait may be answered. */
  readonly token: string;
  /** Since when, in ms since the epoch. */
  readonly since: number;
  /** When it is over without an answer, in ms since the epoch; absent without a limit. */
  readonly dueAt?: number;
}

/** The wait of a record. */
export function pendingWait(node: CallNode): PendingWait {
  return {
    name: node.segment.name,
    address: node.address,
    prompt: node.prompt?.decode(),
    token: node.token ?? "",
    since: node.attemptAt,
    ...(node.dueAt !== undefined && { dueAt: node.dueAt }),
  };
}

/** The waits that are open, as far as the journal tells. */
export function openWaits(view: RunView): CallNode[] {
  return [...view.calls.values()].filter((node) => node.type === "wait_call" && isOpen(node));
}

function isOpen(node: CallNode | undefined): boolean {
  return node === undefined || (node.state === "open" && node.expired === undefined && isOpen(node.parent));
}
