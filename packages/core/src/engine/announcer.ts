import type { LogNotice } from "../events/execution-event.ts";
import { toEvent } from "../history/to-event.ts";
import type { JournalRecord } from "../journal/journal-record.ts";
import type { Call } from "./call.ts";
import type { Engine } from "./engine.ts";
import { recoveredNotice } from "./recovered-notice.ts";

/** Tells whoever watches a run what happens in it (rule H5); builds no message that nobody listens for. */
export class Announcer {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  log(level: LogNotice["level"], code: string, message: string, facts: { readonly address?: string | undefined }): void {
    this.#log({ level, code, message, ...(facts.address === undefined ? {} : { address: facts.address }) });
  }

  actorLog(address: string, message: string, data: unknown): void {
    const { values } = this.#engine;
    if (this.#engine.bus.has("log")) this.#log({ level: "info", code: "ACTOR_LOG", message: values.withoutSecrets(message) as string, address, ...(data === undefined ? {} : { data: values.withoutSecrets(data) }) });
  }

  recovered(call: Call): void {
    const { bus } = this.#engine;
    if (bus.has("recovered")) bus.publish("recovered", recoveredNotice(call));
  }

  /** A record cannot be lost any more. What a validation adds is kept nowhere, so nobody hears of it. */
  acknowledged(record: JournalRecord, seq: number): void {
    const { bus, policy, stateId, view, journal } = this.#engine;
    if (policy.publish === "nothing") return;
    if (record.k === "checkpoint" && bus.has("checkpoint")) {
      bus.publish("checkpoint", { stateId, seq, at: record.at, status: record.status, ...(record.auto && { automatic: true }) });
    }
    if (!bus.has("event")) return;
    const event = toEvent(stateId, seq, record, view.calls.get(("c" in record ? record.c : undefined) ?? seq), journal.records[seq]);
    if (event !== undefined) bus.publish("event", event);
  }

  /** A log notice of this run. */
  notice({ error, ...notice }: Pick<LogNotice, "level" | "code" | "message"> & { readonly error?: unknown }): LogNotice {
    return this.#notice({ ...notice, ...(error === undefined ? {} : { error: this.#engine.values.errorRecord(error) }) });
  }

  #log(notice: Omit<LogNotice, "stateId" | "at">): void {
    const { bus } = this.#engine;
    if (bus.has("log")) bus.publish("log", this.#notice(notice));
  }

  #notice(notice: Omit<LogNotice, "stateId" | "at">): LogNotice {
    return Object.freeze({ stateId: this.#engine.stateId, at: this.#engine.now(), ...notice });
  }
}
