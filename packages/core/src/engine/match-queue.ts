import type { EventType } from "../events/event-type.ts";
import type { CallNode } from "../history/call-node.ts";
import type { EncodedValue } from "../values/encoded-value.ts";

/** A record that an earlier call of this opening was given by name or key alone, and the canonical input of that call. */
export interface Given {
  readonly node: CallNode;
  readonly input: string;
}

/** The records of one kind and name, and of one key if they have keys, in their order. */
export interface MatchQueue {
  readonly nodes: CallNode[];
  /** Those that a cut has made unstarted, in their order. */
  readonly unstarted: CallNode[];
  /** Everything before it is taken. */
  head: number;
  byInput: Map<string, CallNode[]> | undefined;
  /** The only record of its name, once it was given to an unkeyed call with another input. */
  givenAway: Given | undefined;
  /** Records that were given to calls with other inputs, as no record says yet. */
  given: Given[];
  /** Records that an earlier opening gave away, by the hash of the input they were given to. */
  givenBefore: Map<string, CallNode[]> | undefined;
}

/** The canonical text of an input: equal texts are equal values. */
export function canonical(input: EncodedValue | undefined): string {
  return input === undefined ? "" : input.canonical;
}

/** The records by the canonical texts of their inputs. */
export function indexByInput(nodes: readonly CallNode[]): Map<string, CallNode[]> {
  const index = new Map<string, CallNode[]>();
  for (const node of nodes) appendTo(index, canonical(node.input), node);
  return index;
}

/** Adds a record to the list of this id. */
export function appendTo(lists: Map<string, CallNode[]>, id: string, node: CallNode): void {
  const list = lists.get(id);
  if (list) list.push(node);
  else lists.set(id, [node]);
}

/** The queue of this id; made if there is none. */
export function queueIn(queues: Map<string, MatchQueue>, id: string): MatchQueue {
  let queue = queues.get(id);
  if (queue === undefined) queues.set(id, (queue = { nodes: [], unstarted: [], head: 0, byInput: undefined, givenAway: undefined, given: [], givenBefore: undefined }));
  return queue;
}

// Names and keys hold no brackets, so these texts are injective.
export const counterId = (name: string, key: string | undefined): string => (key === undefined ? name : `${name}[${key}]`);
export const queueId = (type: EventType, name: string, key: string | undefined): string => `${type} ${counterId(name, key)}`;
export const branchQueue = (key: string | undefined): string => (key === undefined ? "{}" : `{${key}}`);
