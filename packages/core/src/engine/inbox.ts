import { messageOf } from "../errors/message-of.ts";
import type { MessageRecord } from "../journal/journal-record.ts";
import type { Message, StateWriter } from "../ports/state-backend.ts";
import type { EncodedValue } from "../values/encoded-value.ts";
import { askedOtherwise, hasAskedOtherwise, isMeant, isWaitIn, waitsMeant, type Answer } from "./answer.ts";
import type { Call } from "./call.ts";
import { decodeMessage, type MessageContent } from "./decode-message.ts";
import type { Engine } from "./engine.ts";
import type { InterruptMessage } from "./interrupt-message.ts";
import { recordEnd } from "./outcome.ts";
import { validated } from "./schema.ts";

/** An answer on its way to a wait. */
interface Letter {
  readonly id: string;
  readonly to: string;
  readonly call: number | undefined;
  readonly asked: number | undefined;
  readonly answerId: string | undefined;
  readonly value: EncodedValue | undefined;
}

/**
 * Gives answers to the waits they are for (rule I4), one after the other: the first valid one wins. And interrupts to the run, whatever it
 * is at (rule I2).
 */
export class Inbox {
  readonly #engine: Engine;
  /** Messages that were dealt with in this process and may still be there. */
  readonly #inHand = new Set<string>();
  /** Looks that are not over. */
  #looks = 0;
  #last: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #stopWatching: (() => void) | undefined;
  #writer: StateWriter | undefined;
  /** Epoch of the writer when it came. */
  #heldSince = 0;
  /** The schema of a wait takes its time: whoever interrupts the run does not wait for it. */
  #checking = false;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Is a message being read or an answer being checked? */
  get busy(): boolean {
    return this.#looks > 0;
  }

  /** Does anything wait for an answer? */
  get needed(): boolean {
    for (const { spec } of this.#engine.pauses) if (spec.type === "wait_call") return true;
    return false;
  }

  /**
   * Looks for answers; resolves when all that were there when this was called have been dealt with. One look at a time: whoever
   * asks during one gets the next, which sees what came meanwhile.
   */
  look(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    this.#looks += 1;
    const next = this.#last
      .then(() => {
        this.#next = undefined;
        return this.#read();
      })
      .then(() => {
        this.#looks -= 1;
        this.#engine.suspension.judgeSoon();
      });
    this.#next = next;
    this.#last = next;
    return next;
  }

  /** There is a new writer: whatever is left for its holder is looked at when it comes. */
  watch(writer: StateWriter): void {
    this.rest();
    this.#writer = writer;
    this.#heldSince = writer.epoch;
    this.#stopWatching = writer.onMessage(() => {
      void this.look();
      if (this.#checking) void this.#readInterrupts();
    });
    void this.look();
  }

  /** The run has stopped. */
  rest(): void {
    this.#stopWatching?.();
    this.#stopWatching = undefined;
  }

  async #read(): Promise<void> {
    const engine = this.#engine;
    try {
      for (const kept of engine.view.mail.early.slice()) await this.#offer(kept);
      // Whoever has stopped has given the lease back: asking for the writer would take it again.
      if (engine.stopped !== undefined || engine.journal.resting) return;
      const writer = await engine.journal.writer();
      // An answer is left where it is until something waits.
      const wanted = this.needed;
      for await (const message of writer.messages()) {
        if (engine.stopped !== undefined) return;
        await this.#take(message, writer, wanted);
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  async #readInterrupts(): Promise<void> {
    const engine = this.#engine;
    const writer = this.#writer;
    if (writer === undefined || engine.journal.resting) return;
    try {
      for await (const message of writer.messages()) {
        if (engine.stopped !== undefined) return;
        if (this.#inHand.has(message.id)) continue;
        const content = this.#contentOf(message, writer);
        if (content !== undefined && "interrupt" in content) this.#interrupt(message.id, content.interrupt, writer);
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (this.#engine.stopped === undefined) this.#engine.log("error", "INBOX_FAILED", `the messages of the run could not be read: ${messageOf(error)}`);
  }

  async #offer({ msg, aid, to, v }: MessageRecord): Promise<void> {
    const letter: Letter = { id: msg, to, call: undefined, asked: undefined, answerId: aid, value: v };
    const [call, ...others] = this.#asking(letter);
    if (call !== undefined && others.length === 0) await this.#deliver(call, letter, undefined);
  }

  async #take(message: Message, writer: StateWriter, wanted: boolean): Promise<void> {
    const { mail } = this.#engine.view;
    if (this.#inHand.has(message.id)) return;
    if (mail.received.has(message.id)) return this.#done(message.id, writer);
    const content = this.#contentOf(message, writer);
    if (content === undefined) return;
    if ("interrupt" in content) return this.#interrupt(message.id, content.interrupt, writer);
    if (!wanted) return;
    const letter = this.#letterOf(message.id, content.answer);
    if (letter.answerId !== undefined && mail.answerIds.has(letter.answerId)) return this.#drop(letter, writer, "ANSWER_REPEATED", `an answer "${letter.answerId}" has come before`);
    const [call, ...others] = this.#asking(letter);
    if (call !== undefined && others.length === 0) return this.#deliver(call, letter, writer);
    if (call !== undefined) {
      const addresses = [call, ...others].map(({ node }) => node.address).join(", ");
      this.#engine.log("warn", "ANSWER_AMBIGUOUS", `an answer to "${letter.to}" waits until only one of these does: ${addresses}`);
      return undefined;
    }
    return this.#notAsked(letter, writer);
  }

  #contentOf(message: Message, writer: StateWriter): MessageContent | undefined {
    try {
      return decodeMessage(message);
    } catch (error) {
      this.#engine.log("error", "MESSAGE_UNREADABLE", `message ${message.id} cannot be read and is dropped: ${messageOf(error)}`);
      this.#done(message.id, writer);
      return undefined;
    }
  }

  #interrupt(id: string, { epoch, signal }: InterruptMessage, writer: StateWriter): void {
    const { interruption } = this.#engine;
    // The epoch of one holder may grow: whoever interrupts may have seen an earlier one of ours.
    if (epoch < this.#heldSince) this.#engine.log("info", "INTERRUPT_OBSOLETE", `${signal === undefined ? "a pause" : `an interrupt (${signal.reason})`} was meant for an earlier holder of the run and is dropped`);
    else if (signal === undefined) interruption.pause();
    else interruption.interrupt(signal);
    this.#done(id, writer);
  }

  #letterOf(id: string, { to, call, asked, answerId, tree }: Answer): Letter {
    return { id, to, call, asked, answerId, value: tree === undefined ? undefined : this.#engine.values.fromTree(tree) };
  }

  /** The waits that ask for this answer now. */
  #asking({ to, call }: Letter): Call[] {
    const asking = [...this.#engine.pauses].filter((pause) => pause.spec.type === "wait_call" && !pause.outcomeRecorded && pause.abortReason === undefined);
    const known = isWaitIn(this.#engine.journal.records, call);
    return asking.filter(({ node }) => (known ? node.id === call : isMeant(node, to)));
  }

  /** No wait asks for it at present: it is too late, or for a wait that comes again, or too early. */
  #notAsked(letter: Letter, writer: StateWriter): void {
    const { view, journal } = this.#engine;
    const candidates = isWaitIn(journal.records, letter.call) ? [view.calls.get(letter.call)] : waitsMeant(view, letter.to);
    if (candidates.some((node) => node?.state === "open")) return;
    if (candidates.length > 0) return this.#dropLate(letter, writer);
    this.#record(letter, writer, { k: "message", at: this.#engine.now(), msg: letter.id, ...(letter.answerId !== undefined && { aid: letter.answerId }), to: letter.to, ...(letter.value && { v: letter.value }) });
  }

  async #deliver(call: Call, letter: Letter, writer: StateWriter | undefined): Promise<void> {
    const { engine, node, spec } = call;
    const named = { msg: letter.id, ...(letter.answerId !== undefined && { aid: letter.answerId }) };
    let checked: { readonly value: unknown } | { readonly refusal: string };
    try {
      if (hasAskedOtherwise(engine.journal.records, node, letter.asked)) throw new Error(askedOtherwise(node));
      const checking = validated(spec.outputSchema, letter.value?.decode(), node.address, "answer");
      this.#checking = checking instanceof Promise;
      if (this.#checking) void this.#readInterrupts();
      checked = { value: await checking };
    } catch (error) {
      checked = { refusal: messageOf(error) };
    }
    this.#checking = false;
    // The schema may have taken its time: whoever was faster has won.
    if (engine.stopped !== undefined || call.state !== "open" || call.outcomeRecorded || call.abortReason !== undefined) return;
    if ("refusal" in checked) {
      this.#record(letter, writer, { k: "rejected", at: engine.now(), c: node.id, ...named, why: checked.refusal });
      engine.log("warn", "ANSWER_REJECTED", checked.refusal, { address: node.address });
      return;
    }
    call.live = checked;
    this.#inHand.add(letter.id);
    call.onDrop?.();
    call.onAbort = undefined;
    recordEnd(call, [{ k: "completed", at: engine.now(), c: node.id, ...(letter.value && { v: letter.value }), ...named }], () => this.#done(letter.id, writer));
  }

  #record(letter: Letter, writer: StateWriter | undefined, record: Parameters<Engine["append"]>[0][number]): void {
    this.#inHand.add(letter.id);
    // The message is kept at the backend's strongest level; what replaces it must be, too.
    this.#engine.append([record], "firm", () => this.#done(letter.id, writer));
  }

  #dropLate(letter: Letter, writer: StateWriter): void {
    this.#engine.log("warn", "ANSWER_TOO_LATE", `an answer to "${letter.to}" came when the wait was over`);
    this.#inHand.add(letter.id);
    // Should the end of the wait be lost, the answer is not too late: it is kept until that end is durable.
    this.#engine.append([], "firm", () => this.#done(letter.id, writer));
  }

  #drop(letter: Letter, writer: StateWriter, code: string, message: string): void {
    this.#engine.log("warn", code, message);
    this.#done(letter.id, writer);
  }

  /** What became of it is durable, or there is nothing to keep. If it stays there nevertheless, it is known. */
  #done(id: string, writer: StateWriter | undefined): void {
    this.#inHand.add(id);
    writer?.acknowledge(id).catch((error: unknown) => {
      this.#engine.log("warn", "INBOX_FAILED", `message ${id} could not be removed: ${messageOf(error)}`);
    });
  }
}
