/** What this package needs from its surroundings; nothing else in it reads them. */
export interface HttpSystem {
  /** Calls back every `everyMs` until what it returns is called; does not keep the process alive. */
  setInterval(everyMs: number, callback: () => void): () => void;
  /** Tells whoever runs the server. */
  report(error: unknown): void;
}

/** The system of the runtime this is called on. */
export function defaultSystem(): HttpSystem {
  return {
    setInterval(everyMs, callback) {
      const timer = setInterval(callback, everyMs);
      (timer as unknown as { unref?: () => void }).unref?.();
      return () => clearInterval(timer);
    },
    // oxlint-disable-next-line no-console -- where a server has no log of its own, this is where people look
    report: (error) => console.error(error),
  };
}
