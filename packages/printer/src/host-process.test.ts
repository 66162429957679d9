import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { watchProcess, type HostProcess, type HostWatcher } from "./host-process.ts";

class FakeProcess extends EventEmitter implements HostProcess {
  readonly pid = 4711;
  readonly killed: string[] = [];
  readonly stdout = terminal();
  readonly stderr = terminal();
  kill(_pid: number, signal: string): void {
    this.killed.push(signal);
  }
}

function terminal(): { isTTY: true; text: string; write(text: string): boolean } {
  return {
    isTTY: true,
    text: "",
    write(text) {
      this.text += text;
      return true;
    },
  };
}

function noted(): { readonly notes: string[]; readonly watcher: HostWatcher } {
  const notes: string[] = [];
  const watcher = { beforeWrite: (endsLine: boolean) => notes.push(`write ${endsLine}`), interrupted: () => notes.push("interrupted"), leave: () => notes.push("leave") };
  return { notes, watcher };
}

test("a signal nobody else listens to ends the process, after the last words", () => {
  const host = new FakeProcess();
  const { notes, watcher } = noted();
  watchProcess(host, host.stderr, watcher);
  host.emit("SIGTERM");
  expect(notes).toEqual(["leave"]);
  expect(host.killed).toEqual(["SIGTERM"]);
  expect(host.eventNames()).toEqual([]);
});

test("a signal somebody else listens to is theirs, and they see that nobody else does", () => {
  const host = new FakeProcess();
  const { notes, watcher } = noted();
  host.on("SIGINT", () => notes.push(`theirs, of ${host.listenerCount("SIGINT")}`));
  watchProcess(host, host.stderr, watcher);
  host.emit("SIGINT");
  expect(notes).toEqual(["interrupted", "theirs, of 1"]);
  expect(host.killed).toEqual([]);
});

test("the process has one listener for each event, however many terminals are drawn on, and none after the last", () => {
  const host = new FakeProcess();
  const ends = [noted(), noted()].map(({ watcher }) => watchProcess(host, host.stderr, watcher));
  for (const event of ["exit", "SIGINT", "SIGTERM", "SIGHUP", "uncaughtExceptionMonitor"]) expect([event, host.listenerCount(event)]).toEqual([event, 1]);
  for (const end of ends) end();
  expect(host.eventNames()).toEqual([]);
});

test("what is written to the terminals of the process is told beforehand, and written; afterwards all is as it was", () => {
  const host = new FakeProcess();
  const { notes, watcher } = noted();
  const { write } = host.stdout;
  const end = watchProcess(host, host.stderr, watcher);
  host.stdout.write("a line\n");
  host.stdout.write("half");
  host.emit("uncaughtExceptionMonitor");
  expect(notes).toEqual(["write true", "write false", "write true"]);
  expect(host.stdout.text).toBe("a line\nhalf");
  end();
  host.stderr.write("unseen");
  expect(notes).toHaveLength(3);
  expect(host.stdout.write).toBe(write);
});

test("who has taken a stream's write meanwhile keeps it", () => {
  const host = new FakeProcess();
  const { notes, watcher } = noted();
  const end = watchProcess(host, host.stderr, watcher);
  const theirs = (): boolean => true;
  host.stdout.write = theirs;
  end();
  expect(host.stdout.write).toBe(theirs);
  expect(notes).toEqual([]);
});

test("streams of the program's own are left alone", () => {
  const host = new FakeProcess();
  const { write } = host.stdout;
  watchProcess(host, terminal(), noted().watcher);
  expect(host.stdout.write).toBe(write);
});
