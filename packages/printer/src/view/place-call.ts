import { noFacts, type EventType } from "@reprise/core/spi";
import { isLeaf, topOfRun, type CallView, type RunView } from "./run-view.ts";
import { enclosingScope, guessType, scopeOf } from "./scope.ts";

/** What every message about a call says of it. */
export interface CallIdentity {
  readonly call: number;
  readonly parent: number | undefined;
  readonly address: string;
  readonly type: EventType;
}

/**
 * The call a message is about, put under its parent. A parent that has not been heard of (an agent that goes on after a
 * restart publishes nothing until it ends) is filled in from the address.
 */
export function placeCall(view: RunView, identity: CallIdentity): CallView {
  const known = view.calls.get(identity.call);
  if (known !== undefined && known.source !== "implied") return known;
  if (known !== undefined) {
    view.unplaced.delete(known.call);
    unlist(view, known);
  }
  const parent = parentOf(identity);
  const scope = scopeOf(identity.address, identity.type);
  if (parent !== undefined && !view.calls.has(parent)) {
    imply(view, parent, enclosingScope(scope) ?? "", guessType(enclosingScope(scope) ?? "", identity.type));
  }
  const call: CallView = { ...(known ?? blank), call: identity.call, parent, address: identity.address, scope, type: identity.type };
  list(view, call);
  return call;
}

/** A parent begins before its children. Anything else is none, and following it could run in a circle. */
function parentOf({ call, parent }: CallIdentity): number | undefined {
  return parent !== undefined && parent > topOfRun && parent < call ? parent : undefined;
}

/** A group whose own events are of another process. */
export function placeGroup(view: RunView, call: number, address: string): CallView {
  const known = view.calls.get(call);
  if (known !== undefined) return known;
  return imply(view, call, scopeOf(address, "group"), "group");
}

function imply(view: RunView, number: number, scope: string, type: EventType): CallView {
  const parent = parentByScope(view, number, scope);
  const call: CallView = { ...blank, call: number, parent, address: `${scope}::${type}`, scope, type };
  if (parent === undefined && enclosingScope(scope) !== undefined) view.unplaced.add(number);
  list(view, call);
  return call;
}

function parentByScope(view: RunView, number: number, scope: string): number | undefined {
  const enclosing = enclosingScope(scope);
  const parent = enclosing === undefined ? undefined : view.scopes.get(enclosing);
  return parent !== undefined && parent < number ? parent : undefined;
}

function list(view: RunView, call: CallView): void {
  const parent = call.parent ?? topOfRun;
  const siblings = view.children.get(parent);
  if (siblings) siblings.push(call.call);
  else view.children.set(parent, [call.call]);
  view.calls.set(call.call, call);
  const place = `${parent} ${call.scope} ${call.type}`;
  const older = view.calls.get(view.newest.get(place) ?? call.call);
  if (older !== undefined && older.call < call.call) view.calls.set(older.call, { ...older, replaced: true });
  if (older === undefined || older.call <= call.call) view.newest.set(place, call.call);
  if (call.call >= (view.addresses.get(call.address) ?? 0)) view.addresses.set(call.address, call.call);
  if (!isLeaf(call)) adopt(view, call);
}

/** Takes in the implied calls that have been waiting for this one. */
function adopt(view: RunView, container: CallView): void {
  view.scopes.set(container.scope, container.call);
  for (const number of view.unplaced) {
    const orphan = view.calls.get(number);
    if (orphan === undefined || parentByScope(view, number, orphan.scope) !== container.call) continue;
    view.unplaced.delete(number);
    unlist(view, orphan);
    list(view, { ...orphan, parent: container.call });
  }
}

function unlist(view: RunView, call: CallView): void {
  const siblings = view.children.get(call.parent ?? topOfRun);
  const index = siblings?.indexOf(call.call) ?? -1;
  if (index >= 0) siblings?.splice(index, 1);
}

const blank: CallView = {
  ...noFacts,
  call: topOfRun,
  parent: undefined,
  address: "",
  scope: "",
  type: "agent_call",
  source: "implied",
  failures: [],
  error: undefined,
  explained: false,
  reuses: 0,
  savedMs: 0,
  inputChanged: false,
  versionChanged: false,
  pinned: false,
  replaced: false,
  prompt: undefined,
  group: undefined,
  progress: undefined,
  lastSeq: 0,
};
