import { checkStateId } from "../backends/check-state-id.ts";
import { encodeAnswer, isMeant, waitsMeant } from "../engine/answer.ts";
import { isToken } from "../history/wait-token.ts";
import { checkKnown, type OptionNames } from "../errors/check-known.ts";
import { invalid } from "../errors/invalid.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { AmbiguousAnswerError } from "../errors/wait-errors.ts";
import { EventType } from "../events/event-type.ts";
import type { CallNode } from "../history/call-node.ts";
import type { RunView } from "../history/fold.ts";
import { refuseSealed, sealOf } from "../transfer/sealed.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import { foldVisible } from "../timeline/fold-visible.ts";
import { openWaits, pendingWait, type PendingWait } from "../history/pending-wait.ts";
import { readRun } from "./read-run.ts";
import type { RepriseSettings } from "./settings.ts";

/** Options of `answer`. */
export interface AnswerOptions {
  /** Names this answer: given again, in this process or another, it is the same answer and changes nothing. Default: none, so each answer is another. */
  readonly answerId?: string;
}

/** Answering what runs wait for; from any process, whoever holds the run. */
export interface Waiting {
  /**
   * Answers a wait: by its name, if only one wait has it, by its address or its token. Resolves when the answer is kept for the run;
   * a process that is at it takes it within a second, any other run when it is resumed. May come before the wait. The first
   * answer that the wait's schema accepts counts. Throws `AmbiguousAnswerError`, `ANSWER_TOO_LATE` if the wait is over or the
   * run has completed, `NOT_FOUND` for an unknown run or token, and what `post` of the backend throws.
   *
   * @example
   * ```ts
   * import { agent, createReprise } from "@reprise/core";
   * import { memoryBackend } from "@reprise/backend-memory";
   *
   * const ask = agent({ name: "ask", run: (_input: void, context) => context.waitFor("approval", { prompt: "Publish?" }) });
   * const reprise = createReprise({ backend: memoryBackend() });
   * console.log((await reprise.execute(ask, undefined, { stateId: "run-1" })).status); // "awaiting"
   * await reprise.answer("run-1", "approval", true);
   * console.log((await reprise.resume(ask, "run-1")).status); // "completed"
   * ```
   */
  answer(stateId: string, wait: string, value: unknown, options?: AnswerOptions): Promise<void>;
  /** The waits of a run that nobody has answered; takes no lease. None of a run that was handed off. Throws `NOT_FOUND`. */
  pending(stateId: string): Promise<readonly PendingWait[]>;
}

/** The verbs of a Reprise for whoever answers. */
export function waitingOf(settings: RepriseSettings): Waiting {
  const { backend, system, values } = settings;
  const read = async (stateId: string): Promise<JournalRecord[]> => readRun(settings, checkStateId(stateId));
  return {
    async answer(stateId, wait, value, options = {}) {
      checkTarget(wait);
      checkKnown(options, { answerId: true } satisfies OptionNames<AnswerOptions>);
      const { answerId } = options;
      if (answerId !== undefined && (typeof answerId !== "string" || answerId === "")) invalid("answerId", "a non-empty string", answerId);
      const tree = value === undefined ? undefined : values.encode(value, "answer").encoded.tree;
      const records = await read(stateId);
      refuseSealed(stateId, records);
      const view = foldVisible(stateId, records);
      if (answerId !== undefined && view.mail.answerIds.has(answerId)) return;
      const call = callMeant(view, stateId, wait);
      await backend.post(stateId, system.newId().toLowerCase(), encodeAnswer({ to: wait, call: call?.id, asked: call?.opening, answerId, tree }));
    },
    async pending(stateId) {
      const records = await read(stateId);
      // Where it was handed off to, it is waited for.
      return sealOf(records) === undefined ? openWaits(foldVisible(stateId, records)).map(pendingWait) : [];
    },
  };
}

function checkTarget(wait: unknown): void {
  if (typeof wait !== "string" || wait === "") invalid("wait", "the name, address or token of a wait", wait);
  const type = wait.includes("::") ? wait.slice(wait.lastIndexOf("::") + 2) : undefined;
  const others = Object.values(EventType).filter((each) => each !== EventType.WAIT_CALL);
  if ((others as readonly (string | undefined)[]).includes(type)) invalid("wait", `the address of a wait, which ends in ::${EventType.WAIT_CALL}`, wait);
}

/** The open wait that is meant; undefined if none has asked yet. */
function callMeant(view: RunView, stateId: string, wait: string): CallNode | undefined {
  const [open, ...others] = openWaits(view).filter((node) => isMeant(node, wait));
  if (open !== undefined && others.length > 0) throw new AmbiguousAnswerError(stateId, wait, [open, ...others].map(({ address }) => address));
  if (open !== undefined) return open;
  const over = waitsMeant(view, wait).at(-1);
  if (over !== undefined) throw new RepriseError("ANSWER_TOO_LATE", `${over.address} of run ${stateId} is over: it ${over.message === undefined ? `is ${over.state} without an answer` : "has its answer"}`, { stateId, address: over.address });
  if (isToken(wait)) throw new RepriseError("NOT_FOUND", `run ${stateId} has no wait with this token`, { stateId });
  if (view.status === "completed") throw new RepriseError("ANSWER_TOO_LATE", `run ${stateId} has completed without a wait called "${wait}"`, { stateId });
  return undefined;
}
