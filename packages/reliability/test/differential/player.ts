import { createHash } from "node:crypto";
import { isRepriseError } from "@reprise/core";
import type { StateBackend, StateHead, StateWriter, StoredRecord } from "@reprise/core/spi";
import type { Operation } from "./operation.ts";


/** What the content says. It is ours then, and changed: no store may have kept hold of it (G9). */
function textOf(content: Uint8Array): string {
  const text = Buffer.from(content).toString();
  content.fill(0);
  return text;
}

/** Calls with content that is changed as soon as the call returns (G9). Buffers, whose `slice()` is a view. */
function giving<Result>(texts: readonly string[], call: (contents: readonly Uint8Array[]) => Result): Result {
  const contents = texts.map((text) => new Uint8Array(Buffer.from(text)));
  const buffers = contents.map(({ buffer }) => Buffer.from(buffer));
  const result = call(buffers);
  for (const content of contents) content.fill(0);
  return result;
}

const idOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The answer of a store that leaves an optional operation out. */
export const notOffered = Symbol("not offered");

/** Plays operations on one store and says what each came to, in words that are the same for all stores. */
export class Player {
  readonly #backend: StateBackend;
  readonly #writers = new Map<string, StateWriter>();
  /** Epochs are each store's own: what counts is which of them are equal, and that they grow. */
  readonly #epochs = new Map<string, number>();

  constructor(backend: StateBackend) {
    this.#backend = backend;
  }

  async play(operation: Operation): Promise<unknown> {
    try {
      return await this.#play(operation);
    } catch (error) {
      if (isRepriseError(error)) return { code: error.code, retry: error.retry, indeterminate: error.indeterminate };
      throw error;
    }
  }

  async #play(operation: Operation): Promise<unknown> {
    const backend = this.#backend;
    switch (operation.kind) {
      case "acquire": {
        const writer = await backend.acquire(operation.stateId, { owner: "test", create: operation.create });
        const before = this.#epochs.get(operation.stateId) ?? 0;
        this.#epochs.set(operation.stateId, writer.epoch);
        this.#writers.set(operation.stateId, writer);
        return { lastSeq: writer.lastSeq, grew: writer.epoch > before, recovered: await recordsOf(writer.recovered()) };
      }
      case "read":
        return recordsOf(backend.read(operation.stateId, operation));
      case "head":
        return rowOf(await backend.head(operation.stateId));
      case "list": {
        const { rows, damaged } = await backend.list(operation.query);
        // Two that were created in the same millisecond stand in the order of their ids.
        return { rows: rows.map(rowOf).toSorted((left, right) => (left!.stateId < right!.stateId ? -1 : 1)), damaged };
      }
      case "verify":
        return backend.verify === undefined ? notOffered : backend.verify(operation.stateId);
      case "salvage":
        return backend.salvage === undefined ? notOffered : recordsOf(backend.salvage(operation.stateId));
      case "post":
        return giving([operation.text], ([content]) => backend.post(operation.stateId, operation.id, content!));
      case "remove": {
        const writer = this.#writers.get(operation.stateId);
        if (!operation.force && writer === undefined) return "no writer";
        await backend.remove(operation.stateId, operation.force || writer === undefined ? { force: true } : { writer });
        // A writer that has not heard of it yet may learn it from its next append only: that is the business of other tests.
        await writer?.release();
        this.#writers.delete(operation.stateId);
        return "removed";
      }
      case "put":
        return giving([operation.text], ([content]) => backend.artifacts?.put(content!));
      case "get":
        return textOf((await backend.artifacts?.get(idOf(operation.text))) ?? Buffer.from("no place"));
      case "stat":
        return backend.artifacts?.stat(idOf(operation.text));
      default: {
        const writer = this.#writers.get(operation.stateId);
        return writer === undefined ? "no writer" : this.#write(writer, operation);
      }
    }
  }

  async #write(writer: StateWriter, operation: Operation): Promise<unknown> {
    switch (operation.kind) {
      case "append": {
        const { texts, offBy, durability, header } = operation;
        await giving(texts, (contents) => writer.append(contents, { expect: writer.lastSeq + offBy, durability, ...(header && { header }) }));
        return writer.lastSeq;
      }
      case "recovered":
        return recordsOf(writer.recovered(operation.from));
      case "messages": {
        const found: string[] = [];
        for await (const { id, bytes: content } of writer.messages()) found.push(`${id}: ${textOf(content)}`);
        return found;
      }
      case "acknowledge":
        return writer.acknowledge(operation.id);
      case "compact":
        // How many bytes it gives back is each store's own.
        return { shorter: typeof (await giving(["-"], ([filler]) => writer.compact?.(operation.ranges, filler!)))?.bytes };
      case "flush":
        return writer.flush();
      case "renew":
        return writer.renew();
      case "release":
        await writer.release();
        this.#writers.delete(operation.stateId);
        return "released";
      default:
        throw new Error(`${operation.kind} needs no writer`);
    }
  }
}

async function recordsOf(batches: AsyncIterable<readonly StoredRecord[]>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const batch of batches) found.push(...batch.map(({ seq, bytes: content }) => `${seq}: ${textOf(content)}`));
  return found;
}

function rowOf(head: StateHead | undefined): { readonly stateId: string } | undefined {
  if (head === undefined) return undefined;
  const { epoch: _, createdAt: __, updatedAt: ___, lastSeq: ____, ...row } = head;
  return row;
}
