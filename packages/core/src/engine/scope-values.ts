import { ScopeClosedError } from "../errors/call-errors.ts";
import type { RecordedTime } from "../history/call-node.ts";
import type { Scope } from "./scope.ts";

const hexDigitsOfFraction = 13;

/**
 * Time and chance for code that is run again: the time is recorded; random numbers are computed from what the code is, so that
 * they need no record (rule I5).
 */
export class ScopeValues {
  readonly #scope: Scope;
  /** What had been recorded when the scope was opened, as far as this opening can see it. */
  #times: readonly RecordedTime[] | undefined;
  #given = 0;
  readonly #drawn = { random: 0, uuid: 0 };

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  now(): number {
    this.#checkOpen();
    const { engine, node } = this.#scope;
    this.#times ??= ((node ?? engine.view).times ?? []).filter(({ seq }) => seq >= (node?.visibleFrom ?? 0));
    const recorded = this.#times[this.#given];
    if (recorded !== undefined) {
      this.#given += 1;
      return recorded.at;
    }
    const at = engine.now();
    engine.ride([{ k: "now", at, ...(node && { p: node.id }) }]);
    return at;
  }

  /** 52 bits of the digest, which is what a fraction holds. */
  random(): number {
    return Number.parseInt(this.#draw("random").slice(0, hexDigitsOfFraction), 16) / 16 ** hexDigitsOfFraction;
  }

  /** The layout of RFC 9562, version 8: made by an algorithm of one's own. */
  uuid(): string {
    const hex = this.#draw("uuid");
    const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
    return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`, hex.slice(20, 32)].join("-");
  }

  #draw(kind: "random" | "uuid"): string {
    this.#checkOpen();
    const { engine, node } = this.#scope;
    this.#drawn[kind] += 1;
    // `visibleFrom` names the scope and, where it was opened afresh, the opening: another attempt at the same draws again. No two
    // timelines share a seq, so that a scope that was rewound away never draws what its successor does.
    const [run, scope] = node === undefined ? [engine.view.chance ?? engine.stateId, 0] : (node.chance ?? [engine.stateId, node.visibleFrom]);
    const parts = [run, scope, kind, this.#drawn[kind]];
    return engine.system.sha256(new TextEncoder().encode(JSON.stringify(parts)));
  }

  #checkOpen(): void {
    const { engine, closing, node } = this.#scope;
    const stopped = engine.stopReason(node);
    if (stopped !== undefined) throw stopped;
    if (closing) throw new ScopeClosedError(node?.address ?? `run ${engine.stateId}`);
  }
}
