import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { HostReport, HostRequest } from "./host-protocol.ts";

/** How a host process ended. */
export interface HostEnd {
  readonly processId: number;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Of host B. */
  readonly report: HostReport | undefined;
}

/** A host process that is up and waits for its word. */
export interface Host {
  /** Lets it begin, and waits for its end. */
  go(): Promise<HostEnd>;
  /** Ends it, if it has not begun. */
  dismiss(): void;
}

/** Starts a host as a process of its own: another machine is up before it is needed, too. */
export function startHost(request: HostRequest): Host {
  // This file's neighbour in `src` as in `dist`, with the ending this file has itself.
  const file = fileURLToPath(new URL(`./host${import.meta.url.slice(import.meta.url.lastIndexOf("."))}`, import.meta.url));
  const shown = request.people === "stdout" ? 1 : 2;
  const child = fork(file, [JSON.stringify(request)], { stdio: ["ignore", shown, 2, "ipc"] });
  let report: HostReport | undefined;
  let ready: () => void = () => undefined;
  const up = new Promise<void>((resolve) => {
    ready = resolve;
  });
  child.on("message", (message) => {
    if (message === "up") ready();
    else report = message as HostReport;
  });
  const ended = new Promise<HostEnd>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, signal) => resolve({ processId: child.pid ?? 0, exitCode, signal, report }));
  });
  // Whoever waits for its end hears of it.
  ended.catch(() => undefined);
  return {
    async go() {
      await Promise.race([up, ended]);
      if (child.connected) child.send("go");
      return ended;
    },
    dismiss: () => void child.kill(),
  };
}
