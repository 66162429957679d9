import type { AcquireOptions, HeaderPatch, ListQuery } from "@reprise/core/spi";

/** One call of a port, as data. */
export type Operation =
  | { readonly kind: "acquire"; readonly stateId: string; readonly create: AcquireOptions["create"] }
  | { readonly kind: "append"; readonly stateId: string; readonly texts: readonly string[]; readonly offBy: number; readonly header?: HeaderPatch; readonly durability: "power" | "process" }
  | { readonly kind: "read"; readonly stateId: string; readonly from?: number; readonly to?: number }
  | { readonly kind: "recovered"; readonly stateId: string; readonly from: number }
  | { readonly kind: "head" | "verify" | "salvage" | "messages" | "flush" | "renew" | "release"; readonly stateId: string }
  | { readonly kind: "list"; readonly query: ListQuery }
  | { readonly kind: "remove"; readonly stateId: string; readonly force: boolean }
  | { readonly kind: "post"; readonly stateId: string; readonly id: string; readonly text: string }
  | { readonly kind: "acknowledge"; readonly stateId: string; readonly id: string }
  | { readonly kind: "compact"; readonly stateId: string; readonly ranges: readonly (readonly [number, number])[] }
  | { readonly kind: "put"; readonly text: string }
  | { readonly kind: "get" | "stat"; readonly text: string };

const tags = ["a", "b", "c"];

/** A random operation; few ids and texts, so that they meet. */
export function randomOperation(random: () => number): Operation {
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;
  const stateId = pick(["run-1", "run-1", "run-1", "run-2", "run-2", "läuft/3", random() < 0.2 ? "" : "run-1"]);
  const text = (): string => `${pick(["x", "y", "{\"k\":1}", "\0ü\n", ""])}${"z".repeat(below(40) * below(6))}`;
  const header = (): HeaderPatch => ({
    ...(random() < 0.5 && { tags: tags.filter(() => random() < 0.5) }),
    ...(random() < 0.5 && { status: pick(["running", "paused", "completed", "failed", "awaiting"] as const) }),
    ...(random() < 0.3 && { pipelineName: pick(["p", "q"]) }),
    ...(random() < 0.3 && { parentStateId: pick(["run-1", "run-9"]) }),
    ...(random() < 0.3 && { wakeAt: pick([null, 5, 50]) }),
  });
  const query = (): ListQuery => ({
    ...(random() < 0.3 && { tags: [pick(tags)] }),
    ...(random() < 0.3 && { anyTag: [pick(tags), pick(tags)] }),
    ...(random() < 0.3 && { status: [pick(["running", "completed", "paused"] as const)] }),
    ...(random() < 0.2 && { pipelineName: "p" }),
    ...(random() < 0.2 && { parentStateId: "run-1" }),
    ...(random() < 0.2 && { dueBefore: pick([1, 10, 100]) }),
  });
  const from = below(9);
  const ways: readonly (() => Operation)[] = [
    () => ({ kind: "acquire", stateId, create: pick(["may", "may", "must", "never"]) }),
    ...Array.from({ length: 4 }, () => (): Operation => ({ kind: "acquire", stateId, create: "may" })),
    ...Array.from({ length: 6 }, () => (): Operation => ({
      kind: "append", stateId, texts: Array.from({ length: below(4) }, text), offBy: random() < 0.1 ? pick([-1, 1, 7]) : 0, durability: pick(["power", "process"]), ...(random() < 0.6 && { header: header() }),
    })),
    () => ({ kind: "read", stateId, ...(random() < 0.5 && { from }), ...(random() < 0.5 && { to: from + below(5) }) }),
    () => ({ kind: "recovered", stateId, from: 1 + below(5) }),
    ...(["head", "verify", "salvage", "messages", "flush", "renew", "release", "messages", "head"] as const).map((kind) => (): Operation => ({ kind, stateId })),
    () => ({ kind: "list", query: query() }),
    () => ({ kind: "list", query: query() }),
    () => ({ kind: "remove", stateId, force: random() < 0.5 }),
    () => ({ kind: "post", stateId, id: pick(["m1", "m2", "m3", "M!"]), text: text() }),
    () => ({ kind: "post", stateId, id: pick(["m1", "m2", "m3"]), text: text() }),
    () => ({ kind: "acknowledge", stateId, id: pick(["m1", "m2", "m3"]) }),
    () => ({ kind: "compact", stateId, ranges: pick([[], [[1, 1]], [[2, 4]], [[1, 2], [5, 6]], [[3, 1]], [[1, 99]]] as const) }),
    () => ({ kind: "put", text: pick(["one", "two"]) }),
    () => ({ kind: pick(["get", "stat"] as const), text: pick(["one", "two", "three"]) }),
  ];
  return pick(ways)();
}
