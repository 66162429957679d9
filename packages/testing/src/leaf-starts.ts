import type { StateBackend, Subscriber } from "@reprise/core/spi";

/** How often leaves have begun to run, over the lives of all who were watched. */
export interface LeafStarts {
  readonly subscriber: Subscriber;
  /** By address. An event is published when its append was acknowledged, right before the handler runs. */
  readonly counts: ReadonlyMap<string, number>;
  /** Addresses of the calls with `repeatable: false`, once they were read. */
  readonly once: ReadonlySet<string>;
  /** Reads from the journal which calls must not be repeated. Records that are encrypted do not say. */
  readRepeatable(backend: StateBackend, stateId: string): Promise<void>;
}

const leaves: ReadonlySet<string> = new Set(["tool_call", "llm_call"]);

/** Counts with a subscriber. */
export function leafStarts(): LeafStarts {
  const counts = new Map<string, number>();
  const once = new Set<string>();
  return {
    counts,
    once,
    subscriber: {
      attach(run) {
        return run.on("event", ({ status, type, address }) => {
          if (status === "started" && leaves.has(type)) counts.set(address, (counts.get(address) ?? 0) + 1);
        });
      },
    },
    async readRepeatable(backend, stateId) {
      for await (const batch of backend.read(stateId)) {
        for (const { bytes } of batch) {
          const record = JSON.parse(new TextDecoder().decode(bytes)) as { readonly k: string; readonly a?: string; readonly once?: 1 };
          if (record.k === "started" && record.once === 1 && record.a !== undefined) once.add(record.a);
        }
      }
    },
  };
}
