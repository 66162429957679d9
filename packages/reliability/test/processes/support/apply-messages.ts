import type { StateWriter } from "@reprise/core/spi";

/** What the journal says of a message that was applied. */
export const appliedText = (id: string, bytes: Uint8Array): string => `applied ${id}: ${Buffer.from(bytes).toString()}`;

/** What whoever holds a run has to do with messages: record each once, and acknowledge it when that is durable. */
export class Applier {
  readonly #writer: StateWriter;
  readonly #known: Set<string>;

  private constructor(writer: StateWriter, known: Set<string>) {
    this.#writer = writer;
    this.#known = known;
  }

  static async of(writer: StateWriter): Promise<Applier> {
    const known = new Set<string>();
    for await (const batch of writer.recovered()) for (const { bytes } of batch) known.add(idIn(Buffer.from(bytes).toString()));
    return new Applier(writer, known);
  }

  /** Applies what waits; `applied` hears of each that was not before. */
  async applyAll(applied: (id: string) => void = () => undefined): Promise<void> {
    for await (const { id, bytes } of this.#writer.messages()) {
      if (!this.#known.has(id)) {
        await this.#writer.append([Buffer.from(appliedText(id, bytes))], { expect: this.#writer.lastSeq });
        this.#known.add(id);
        applied(id);
      }
      await this.#writer.acknowledge(id);
    }
  }
}

/** The id of the message that a text of the journal speaks of. */
export function idIn(text: string): string {
  return /^applied ([^:]+): /u.exec(text)?.[1] ?? "";
}
