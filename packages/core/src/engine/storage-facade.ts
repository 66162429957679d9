import type { Storage } from "../actors/context.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { showValue } from "../errors/show-value.ts";
import type { StorageWrite } from "../journal/journal-record.ts";
import type { ValueCodec } from "../values/codec.ts";
import type { StorageView } from "./storage-view.ts";

/** What a storage needs to know of whose it is. */
export interface StorageOwner {
  readonly values: ValueCodec;
  /** Throws where nothing may be written any more. */
  readonly beforeWrite: () => void;
  /** Told of each write, where writes do not ride in an outcome. */
  readonly onWrite?: (write: StorageWrite) => void;
}

/** The storage as a handler sees it. */
export function storageFacade(view: StorageView, owner: StorageOwner): Storage {
  // A key is recorded, too: without the values of secrets it is the same key for whoever asks with them.
  const keyOf = (key: unknown): string => owner.values.masked(checkKey(key));
  return {
    get: <T>(key: string) => decoded(view.get(keyOf(key))) as T | undefined,
    has: (key) => view.get(keyOf(key)) !== undefined,
    keys: () => [...view.keys()],
    set(given, value) {
      owner.beforeWrite();
      const key = keyOf(given);
      const { encoded } = owner.values.encode(value, `storage[${JSON.stringify(key)}]`);
      view.set(key, encoded);
      owner.onWrite?.([key, "s", encoded]);
    },
    add(given, amount) {
      owner.beforeWrite();
      const key = keyOf(given);
      const before = decoded(view.get(key));
      if (before !== undefined && typeof before !== "number") {
        throw new RepriseError("INVALID_OPTION", `storage.add needs a number to add to, but ${JSON.stringify(key)} holds ${typeof before}`, { path: key });
      }
      if (!Number.isFinite(amount) || !Number.isFinite((before ?? 0) + amount)) {
        throw new RepriseError("INVALID_OPTION", `storage.add needs a finite amount and sum, got ${String(amount)} for ${JSON.stringify(key)}`, { path: key });
      }
      view.add(key, amount);
      owner.onWrite?.([key, "a", amount]);
    },
    delete(given) {
      owner.beforeWrite();
      const key = keyOf(given);
      view.delete(key);
      owner.onWrite?.([key, "d"]);
    },
  };
}

function decoded(value: ReturnType<StorageView["get"]>): unknown {
  return typeof value === "object" ? value.decode() : value;
}

function checkKey(key: unknown): string {
  if (typeof key === "string" && key.length > 0) return key;
  throw new RepriseError("INVALID_OPTION", `a storage key must be a non-empty string, got ${showValue(key)}`, { path: "key" });
}
