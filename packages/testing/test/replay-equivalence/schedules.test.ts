// Schedules that once broke a rule, made by hand: some are too rare for random programs to find.
import { agent, createReprise, tool, type Actor } from "@reprise/core";
import { describe, expect, test } from "vitest";
import { describeError } from "./describe-error.ts";
import { resumeEverywhere, runScript, story, type Clock, type Script } from "./every-crash.ts";
import { cutDisk } from "./life.ts";
import { kindsIn } from "./journal.ts";
import { outcomeText } from "./observe.ts";

/** A tool that gives its input back after some time. */
function slowTool(clock: Clock, name: string, delayMs: number): Actor<string, string> {
  return tool({
    name,
    run: async (input: string) => {
      clock.note(name);
      await clock.wait(delayMs);
      return `${name}<${input}>`;
    },
  });
}

describe("R2: one gate", () => {
  // Both outcomes are acknowledged in one turn. The helper takes some promise reactions more than the other side, which
  // must not decide the race: live it would lose, and win on replay.
  const script: Script = async (context, clock) => {
    const [fast, slow] = [slowTool(clock, "fast", 3), slowTool(clock, "slow", 4)];
    const through = async (): Promise<string> => {
      const value = await context.run(fast, "a");
      for (let reaction = 0; reaction < 20; reaction += 1) await Promise.resolve();
      return value;
    };
    const winner = await Promise.race([through(), context.run(slow, "b")]);
    return context.run(slowTool(clock, "next", 1), winner);
  };

  test("two outcomes of one batch reach a race one after the other, in the order of their records", async () => {
    const life = await runScript(script, { lateness: (now) => 10 - (now % 10) });
    expect(outcomeText(life.outcome)).toBe('completed "next<fast<a>>"');
    for (const { end, point } of await resumeEverywhere(script, life)) {
      // Before anything of the race was recorded, either side may win.
      if (point >= 6) expect(end, `after record ${point}`).toBe('completed "next<fast<a>>"');
    }
  });
});

describe("R2: an agent's code starts in the turn of its call", () => {
  // all[ w -> agent X (reads k) | a (adds to k) ]: the outcomes of w and a come with one sync. X is called when w is released
  // and must read k before a is released, whether its started record is acknowledged or not.
  const script: Script = async (context, clock) => {
    const reader = agent({ name: "reader", run: async (_input: string, inner) => `${inner.storage.get<number>("k") ?? "early"}` });
    const adder = tool({
      name: "adder",
      run: async (_input: string, inner) => {
        await clock.wait(3);
        inner.storage.add("k", 1);
        return "added";
      },
    });
    const read = async (): Promise<string> => {
      await context.run(slowTool(clock, "w", 3), "");
      return context.run(reader, "");
    };
    return Promise.all([read(), context.run(adder, "")]);
  };

  test.each([0, 2, 7])("agentstart: the agent reads the storage before the next release (acknowledgements after %s ms)", async (latenessMs) => {
    const life = await runScript(script, { lateness: () => latenessMs });
    expect(outcomeText(life.outcome)).toBe('completed ["early","added"]');
    const resumed = await resumeEverywhere(script, life, { lateness: () => latenessMs });
    for (const { end, point, life: later } of resumed) {
      expect(end, `after record ${point}`).toBe('completed ["early","added"]');
      expect(later?.logs.filter(({ code }) => code === "UNVISITED")).toEqual([]);
    }
  });
});

describe("P1: groups", () => {
  test("on re-entry every recorded branch is asked for at once; new ones wait for a slot", async () => {
    const script: Script = async (context, clock) =>
      context.map("pages", ["a", "b", "c", "d"], (item, branch) => branch.run(slowTool(clock, `read-${item}`, item === "a" ? 9 : 4), item), { maxWorkers: 2 });
    const life = await runScript(script);
    expect(life.process.handled).toEqual(["read-a", "read-b", "read-c", "read-d"]);
    // b is done, a is open, c was just started.
    const point = life.disk.events.find(({ address, status }) => status === "started" && address === "root::pages{2}::read-c::tool_call")?.seq ?? 0;
    const resumed = await runScript(script, { disk: cutDisk(life.disk, point) });
    expect(resumed.process.handled).toEqual(["read-a", "read-c", "read-d"]);
    expect(outcomeText(resumed.outcome)).toBe(outcomeText(life.outcome));
  });

  test("S1: a branch's write shows to the others when its outcome is released, not when it is appended", async () => {
    const script: Script = async (context) => {
      await context.map("pages", ["a", "b", "c", "d", "e"], async (item, branch) => {
        branch.storage.set("log", `${branch.storage.get<string>("log") ?? ""}${item}`);
      }, { maxWorkers: 2 });
      return context.storage.get("log");
    };
    for (const latenessMs of [0, 3]) {
      const life = await runScript(script, { lateness: () => latenessMs });
      for (const { end, point } of await resumeEverywhere(script, life, { lateness: () => latenessMs })) {
        expect(end, `after record ${point}`).toBe(outcomeText(life.outcome));
      }
    }
  });
});

describe("A3: a scope that was opened again", () => {
  // catch { notify("failed"); rethrow } … notify("ok"): after the failure is repaired, "ok" must not be paired with "failed".
  function notifying(retries: number): { readonly script: Script; readonly sent: string[] } {
    const sent: string[] = [];
    let broken = true;
    const script: Script = async (context) => {
      const primary = tool({
        name: "primary",
        run: () => {
          if (!broken) return "fine";
          broken = false;
          throw new Error("not today");
        },
      });
      const notify = tool({ name: "notify", run: (text: string) => sent.push(text) });
      const once = agent({
        name: "once",
        retry: { config: {}, maxAttempts: retries, decide: ({ failures }) => (failures < retries ? { retry: true, delayMs: 0 } : { retry: false, reason: "exhausted" }) },
        run: async (_input: string, inner) => {
          try {
            await inner.run(primary);
          } catch (error) {
            await inner.run(notify, "failed");
            throw error;
          }
          await inner.run(notify, "ok");
        },
      });
      await context.run(once, "");
      return "done";
    };
    return { script, sent };
  }

  test("a retried agent sends its second notice, instead of taking the first for it", async () => {
    const { script, sent } = notifying(2);
    const life = await runScript(script);
    expect(outcomeText(life.outcome)).toBe('completed "done"');
    expect(sent).toEqual(["failed", "ok"]);
  });

  test("so does a recovered run", async () => {
    const { script, sent } = notifying(1);
    const failed = await runScript(script);
    expect(failed.outcome?.status).toBe("failed");
    const recovered = await runScript(script, { disk: failed.disk });
    expect(outcomeText(recovered.outcome)).toBe('completed "done"');
    expect(sent).toEqual(["failed", "ok"]);
  });
});

describe("I1: the end of the grace", () => {
  // The root ends at once; its child's child ignores the abort and outlives the grace.
  const script: Script = async (context, clock) => {
    const child = agent({
      name: "child",
      run: async (_input: string, inner) => {
        await inner.run(slowTool(clock, "grandchild", 50), "x");
        return inner.run(slowTool(clock, "after", 1), "y");
      },
    });
    void context.run(child, "").catch(() => undefined);
    await context.run(slowTool(clock, "first", 2), "");
    return "done";
  };

  test("revokes grandchildren: nothing of the subtree is recorded after the outcome", async () => {
    const life = await runScript(script, { graceMs: 5 });
    expect(outcomeText(life.outcome)).toBe('completed "done"');
    expect(story(life.disk.events).at(-1)).toBe("completed root::agent_call");
    expect(story(life.disk.events)).toContain("cancelled root::child::grandchild::tool_call");
    expect(story(life.disk.events)).toContain("cancelled root::child::agent_call");
    expect(life.process.handled).toEqual(["grandchild", "first"]);
  });

  test("a result that comes after the grace is dropped and logged", async () => {
    const outliving: Script = async (context, clock) => {
      const hasty = agent({
        name: "hasty",
        run: async (_input: string, inner) => {
          void inner.run(slowTool(clock, "endless", 50), "").catch(() => undefined);
          return inner.run(slowTool(clock, "quick", 1), "");
        },
      });
      await context.run(hasty, "");
      return context.run(slowTool(clock, "later", 100), "");
    };
    const life = await runScript(outliving, { graceMs: 5 });
    expect(story(life.disk.events)).toEqual([
      "completed root::hasty::quick::tool_call",
      "cancelled root::hasty::endless::tool_call",
      "completed root::hasty::agent_call",
      "completed root::later::tool_call",
      "completed root::agent_call",
    ]);
    expect(life.logs).toMatchObject([{ code: "LATE_RESULT_DROPPED", address: "root::hasty::endless::tool_call" }]);
  });

  test("a branch that has not started when its group closes never starts", async () => {
    const racing: Script = async (context, clock) => {
      const group = context.map("pages", ["a", "b", "c"], async (item, branch) => branch.run(slowTool(clock, `page-${item}`, 4), item), { maxWorkers: 3 });
      group.catch(() => undefined);
      return "done";
    };
    const life = await runScript(racing, { lateness: () => 3 });
    expect(outcomeText(life.outcome)).toBe('completed "done"');
    expect(life.process.handled).toEqual([]);
    expect(story(life.disk.events).at(-1)).toBe("completed root::agent_call");
  });

  test("a call whose outcome is recorded is closed, not cancelled", async () => {
    // "quick" ends just before the root does; its acknowledgement is still on its way when the grace ends.
    const late: Script = async (context, clock) => {
      void context.run(slowTool(clock, "quick", 1), "").catch(() => undefined);
      void context.run(slowTool(clock, "endless", 1_000), "").catch(() => undefined);
      await clock.wait(2);
      return "done";
    };
    const life = await runScript(late, { lateness: () => 20, graceMs: 25 });
    const told = story(life.disk.events);
    for (const address of ["root::quick::tool_call", "root::endless::tool_call"]) {
      expect(told.filter((line) => line.endsWith(address)), address).toHaveLength(1);
    }
    for (const { end, point } of await resumeEverywhere(late, life, { lateness: () => 20, graceMs: 25 })) expect(end, `after record ${point}`).toBe('completed "done"');
  });
});

describe("T5: the limit of an agent's time", () => {
  // The agent runs into its limit while it waits for a child. The child's cancellation must not be recorded before the agent's
  // failure is: an agent that was still open would be given it, and end in another way or even go on.
  function limited(limit: { readonly timeoutMs: number } | { readonly attemptTimeoutMs: number }, catches: boolean): Script {
    return async (context, clock) => {
      const endless = tool({
        name: "endless",
        run: (_input: string, { signal }) => new Promise<string>((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
      });
      const patient = agent({
        name: "patient",
        ...limit,
        run: async (_input: string, inner) => {
          try {
            return await inner.run(endless, "");
          } catch (error) {
            if (!catches) throw error;
            return inner.run(slowTool(clock, "fallback", 1), "");
          }
        },
      });
      const result = await context.try(patient, "");
      return result.ok ? result.value : describeError(result.error);
    };
  }

  async function endsInTime(script: Script): Promise<void> {
    const life = await runScript(script);
    expect(outcomeText(life.outcome)).toBe('completed "ACTOR_FAILED{TIMEOUT}"');
    for (const { end, point } of await resumeEverywhere(script, life)) expect(end, `after record ${point}`).toBe('completed "ACTOR_FAILED{TIMEOUT}"');
  }

  test("an agent that ran out of time has, wherever the process dies", () => endsInTime(limited({ timeoutMs: 10 }, true)));

  test("also if it passes the cancellation on", () => endsInTime(limited({ timeoutMs: 10 }, false)));
  test("also if only its attempt is limited", () => endsInTime(limited({ attemptTimeoutMs: 10 }, false)));
  test("also if only its attempt is limited and it has a fallback", () => endsInTime(limited({ attemptTimeoutMs: 10 }, true)));

  test("the limit of an attempt that was revoked does not reach the next one", async () => {
    // Attempt 1 of outer leaves "limited" behind; attempt 2 asks for it again, with its whole time before it.
    const script: Script = async (context, clock) => {
      const limited = agent({ name: "limited", timeoutMs: 20, run: (_input: string, inner) => inner.run(slowTool(clock, "work", 17), "") });
      const fails = tool({
        name: "fails",
        run: async (_input: string, { attempt }) => {
          await clock.wait(5);
          if (attempt === 1) throw new Error("once");
          return "";
        },
      });
      const outer = agent({
        name: "outer",
        retry: { config: {}, maxAttempts: 2, decide: ({ failures }) => (failures < 2 ? { retry: true, delayMs: 0 } : { retry: false, reason: "exhausted" }) },
        run: async (_input: string, inner) => {
          const side = inner.run(limited, "");
          side.catch(() => undefined);
          await inner.run(fails, "");
          return side;
        },
      });
      return context.run(outer, "");
    };
    const life = await runScript(script, { graceMs: 0 });
    expect(outcomeText(life.outcome)).toBe('completed "work<>"');
    expect(kindsIn(life.disk.snapshot)).not.toContain("expired");
  });

  test("R2: a limit that passes while the record is replayed waits for what is recorded", async () => {
    const script: Script = async (context, clock) => {
      const patient = agent({
        name: "patient",
        timeoutMs: 20,
        run: async (_input: string, inner) => {
          for (let round = 1; round <= 5; round += 1) await inner.run(slowTool(clock, "step", 3), `${round}`);
          return inner.run(slowTool(clock, "endless", 1_000), "");
        },
      });
      const result = await context.try(patient, "");
      return result.ok ? result.value : describeError(result.error);
    };
    const life = await runScript(script);
    const lastStep = life.disk.events.findLast((event) => event.status === "completed" && event.name === "step")?.seq ?? 0;
    const resumed = await runScript(script, { disk: cutDisk(life.disk, lastStep), turnMs: () => 2 });
    expect(outcomeText(resumed.outcome)).toBe('completed "ACTOR_FAILED{TIMEOUT}"');
    expect(resumed.logs.filter(({ code }) => code === "UNVISITED").map(({ address }) => address)).toEqual([]);
  });
});

describe("S1: a run that is driven by hand", () => {
  test("its storage shows what its calls wrote, once their outcome is there", async () => {
    const writes = tool({ name: "writes", run: (value: number, { storage }) => storage.set("key", value) });
    const state = await createReprise().create();
    await state.run(writes, 1);
    expect(state.storage.get("key")).toBe(1);
    await state.close();
  });
});
