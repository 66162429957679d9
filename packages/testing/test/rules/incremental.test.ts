import { memoryBackend } from "@reprise/backend-memory";
import { agent, createReprise, tool, type Actor, type AgentContext, type OpenOptions } from "@reprise/core";
import type { StateBackend } from "@reprise/core/spi";
import { describe, expect, test } from "vitest";
import { recordingSubscriber } from "../../src/index.ts";
import { bothBackends } from "./support/both-backends.ts";
import { backendWith, journalOf, rejectionOf, stateId, turns } from "./support/world.ts";

/** A pipeline of two versions of code, and what of it ran. */
interface Ran {
  readonly ran: string[];
  leaf(name: string, version?: string, options?: { readonly repeatable?: boolean; readonly fails?: boolean }): Actor<string, string>;
}

function newRan(): Ran {
  const ran: string[] = [];
  return {
    ran,
    leaf: (name, version = "1", { repeatable = true, fails = false } = {}) =>
      tool({
        name,
        version,
        repeatable,
        run: async (input: string) => {
          ran.push(`${name}.${version}(${input})`);
          await turns(1);
          if (fails) throw new Error(`${name}.${version} fails`);
          return `${name}${version}<${input}>`;
        },
      }),
  };
}

const incremental = { mode: "incremental" } as const;

async function execute<Input>(backend: StateBackend, actor: Actor<Input, unknown>, input: Input, options: OpenOptions = {}): Promise<unknown> {
  const outcome = await createReprise({ backend }).execute<Input, unknown>(actor, ...([input, { stateId, ...options }] as never));
  if (outcome.status === "failed") throw outcome.error;
  if (outcome.status !== "completed") throw new Error(outcome.status);
  return outcome.value;
}

describe("R7: make", () => {
  /** report = join(summary(fetch a), summary(fetch b)), in nested agents and a group. */
  function report(work: Ran, versions: { readonly fetch?: string; readonly summary?: string; readonly join?: string } = {}): Actor<readonly string[], string> {
    const fetch = work.leaf("fetch", versions.fetch);
    const summary = work.leaf("summary", versions.summary);
    const join = work.leaf("join", versions.join);
    const page = agent({ name: "page", run: async (url: string, context) => { const text = await context.run(fetch, url); context.storage.add("pages", 1); return context.run(summary, text); } });
    return agent({
      name: "report",
      run: async (urls: readonly string[], context) => {
        const pages = await context.map("pages", urls, page);
        return `${await context.run(join, pages.join())} ${context.storage.get<number>("pages")}`;
      },
    });
  }

  test.each(bothBackends)("R7: only leaves whose input or version changed run, whatever holds them, %s", async (_name, open) => {
    const backend = await open();
    const first = newRan();
    await execute(backend, report(first), ["a", "b"]);
    expect(first.ran).toHaveLength(5);

    const same = newRan();
    const again = await createReprise({ backend }).resume(report(same), stateId, incremental);
    expect(again).toMatchObject({ status: "completed", value: "join1<summary1<fetch1<a>>,summary1<fetch1<b>>> 2", reuse: { reused: 5, executed: 0, reentered: 6 } });
    expect(same.ran).toEqual([]);

    const second = newRan();
    const changed = await createReprise({ backend }).resume(report(second, { summary: "2" }), stateId, incremental);
    expect(changed).toMatchObject({ value: "join1<summary2<fetch1<a>>,summary2<fetch1<b>>> 2", reuse: { reused: 2, executed: 3 } });
    expect(second.ran.toSorted()).toEqual(["join.1(summary2<fetch1<a>>,summary2<fetch1<b>>)", "summary.2(fetch1<a>)", "summary.2(fetch1<b>)"]);

    // Back to what was: everything is found again.
    const back = newRan();
    expect(await execute(backend, report(back), ["a", "b"], incremental)).toBe("join1<summary1<fetch1<a>>,summary1<fetch1<b>>> 2");
    expect(back.ran).toEqual([]);
    const state = await createReprise({ backend }).load(stateId);
    expect(state.storage.get("pages")).toBe(2);
    await state.close();
  });

  test("R7: another root input and other items are recorded, and cost what they change", async () => {
    const backend = memoryBackend();
    await execute(backend, report(newRan()), ["a", "b"]);
    expect(await rejectionOf(execute(backend, report(newRan()), ["b", "c"]))).toMatchObject({ code: "INPUT_CHANGED" });
    const work = newRan();
    expect(await execute(backend, report(work), ["b", "c"], incremental)).toBe("join1<summary1<fetch1<b>>,summary1<fetch1<c>>> 2");
    expect(work.ran).toEqual(["fetch.1(c)", "summary.1(fetch1<c>)", "join.1(summary1<fetch1<b>>,summary1<fetch1<c>>)"]);
    // It is the run's input from now on.
    expect(await execute(backend, report(newRan()), ["b", "c"])).toContain("fetch1<c>");
    const state = await createReprise({ backend }).load(stateId);
    expect(state.history.get("report::agent_call")?.input).toEqual(["b", "c"]);
    expect(state.history.events().filter(({ opening }) => opening === "changed").map(({ address, input }) => [address, input])).toEqual([
      ["report::agent_call", ["b", "c"]],
      ["report::pages::group", ["b", "c"]],
      ["report::pages{1}::branch", undefined],
      ["report::pages{1}::page::agent_call", undefined],
    ]);
    await state.close();
  });

  test("R7: an input may become undefined, and comes back", async () => {
    const backend = memoryBackend();
    const seen: unknown[] = [];
    const work = agent({ name: "work", run: (input: string | undefined) => void seen.push(input) });
    await execute<string | undefined>(backend, work, "a");
    const reprise = createReprise({ backend });
    const state = await reprise.load(stateId, incremental);
    await state.run(work, undefined);
    await state.close();
    const third = await reprise.load(stateId, incremental);
    await third.run(work, undefined);
    await third.run(work, "b");
    await third.close();
    expect(seen).toEqual(["a", undefined, undefined, "b"]);
  });

  test("R7: explicit options override the preset", async () => {
    const backend = memoryBackend();
    await execute(backend, report(newRan()), ["a"]);
    const work = newRan();
    await execute(backend, report(work, { summary: "2" }), ["a"], { ...incremental, onVersionChange: "reuse" });
    expect(work.ran).toEqual([]);
    expect(await rejectionOf(execute(backend, report(newRan(), { summary: "2" }), ["a"], { ...incremental, onVersionChange: "fail" }))).toMatchObject({ code: "VERSION_CHANGED" });
  });

  test("R7: a group that is made anew keeps to its slots", async () => {
    const backend = memoryBackend();
    let running = 0;
    let most = 0;
    const work = (version: string): Actor<void, unknown> => {
      const slow = tool({ name: "slow", version, run: async (item: number) => { running += 1; most = Math.max(most, running); await turns(3); running -= 1; return item; } });
      return agent({ name: "work", run: async (_: void, context) => context.map("items", [1, 2, 3, 4, 5, 6], slow, { maxWorkers: 2 }) });
    };
    await execute(backend, work("1"), undefined);
    expect(await execute(backend, work("2"), undefined, incremental)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(most).toBe(2);
  });

  test("R7: a run driven by hand is made anew the same way", async () => {
    const backend = memoryBackend();
    const drive = async (work: Ran, version: string, options: OpenOptions | undefined): Promise<unknown> => {
      const reprise = createReprise({ backend });
      const state = options === undefined ? await reprise.create({ stateId }) : await reprise.load(stateId, options);
      const inner = agent({ name: "inner", run: async (input: string, context) => { context.storage.add("n", 1); return context.run(work.leaf("a", version), input); } });
      const value = await state.run(inner, "x");
      const seen: unknown[] = [];
      const reader = agent({ name: "reader", run: async (input: string, context) => { seen.push(context.storage.get("n")); return context.run(work.leaf("b"), input); } });
      const last = await state.run(reader, value);
      const result = [last, seen, state.storage.get("n")];
      await state.close();
      return result;
    };
    expect(await drive(newRan(), "1", undefined)).toEqual(["b1<a1<x>>", [1], 1]);
    const work = newRan();
    expect(await drive(work, "2", incremental)).toEqual(["b1<a2<x>>", [1], 1]);
    expect(work.ran).toEqual(["a.2(x)", "b.1(a2<x>)"]);
    expect(await drive(newRan(), "2", {})).toEqual(["b1<a2<x>>", [], 1]);
  });
});

describe("R7: failures, cancellations and what must not happen twice", () => {
  test("R7: a failure that was caught is replayed; with a new version it is tried again", async () => {
    const backend = memoryBackend();
    const work = (ran: Ran, version: string, fails: boolean): Actor<void, unknown> => {
      const shaky = ran.leaf("shaky", version, { fails });
      const inner = agent({ name: "inner", run: async (_: void, context) => context.run(shaky, "x") });
      return agent({ name: "work", run: async (_: void, context) => { const result = await context.try(inner); return result.ok ? result.value : context.run(ran.leaf("rescue"), "y"); } });
    };
    expect(await execute(backend, work(newRan(), "1", true), undefined)).toBe("rescue1<y>");
    const same = newRan();
    expect(await execute(backend, work(same, "1", true), undefined, incremental)).toBe("rescue1<y>");
    expect(same.ran).toEqual([]);
    const mended = newRan();
    expect(await execute(backend, work(mended, "2", false), undefined, incremental)).toBe("shaky2<x>");
    expect(mended.ran).toEqual(["shaky.2(x)"]);
  });

  test("R7: a run that failed is recovered and made anew at once", async () => {
    const backend = memoryBackend();
    const work = (ran: Ran, version: string, fails: boolean): Actor<void, unknown> =>
      agent({ name: "work", run: async (_: void, context) => { const a = await context.run(ran.leaf("a", version), "x"); return context.run(ran.leaf("shaky", "1", { fails }), a); } });
    await rejectionOf(execute(backend, work(newRan(), "1", true), undefined));
    const ran = newRan();
    expect(await execute(backend, work(ran, "1", false), undefined, incremental)).toBe("shaky1<a1<x>>");
    expect(ran.ran).toEqual(["shaky.1(a1<x>)"]);
  });

  test("R7: the loser of a race does not run again if the winner still wins, and does if it does not", async () => {
    const backend = memoryBackend();
    const work = (ran: Ran, version: string): Actor<void, unknown> => {
      const slow = tool({ name: "slow", run: (_: void, { signal }) => { ran.ran.push("slow"); return new Promise<string>((resolve, reject) => { signal.addEventListener("abort", () => reject(signal.reason as Error)); if (version === "2") void turns(3).then(() => resolve("slow")); }); } });
      const fast = tool({ name: "fast", version, run: async () => { ran.ran.push("fast"); if (version === "2") await turns(30); return "fast"; } });
      return agent({ name: "work", run: async (_: void, context) => Promise.race([context.run(slow), context.run(fast)]) });
    };
    expect(await execute(backend, work(newRan(), "1"), undefined)).toBe("fast");
    const same = newRan();
    expect(await execute(backend, work(same, "1"), undefined, incremental)).toBe("fast");
    expect(same.ran).toEqual([]);
    const other = newRan();
    expect(await execute(backend, work(other, "2"), undefined, incremental)).toBe("slow");
    expect(other.ran.toSorted()).toEqual(["fast", "slow"]);
  });

  test("R7, R11: what must not happen twice is refused where it would run again, unless allowRepeat names it", async () => {
    const backend = memoryBackend();
    const work = (ran: Ran, version: string): Actor<void, unknown> =>
      agent({ name: "work", run: async (_: void, context) => context.run(ran.leaf("pay", version, { repeatable: false }), await context.run(ran.leaf("a"), "x")) });
    await execute(backend, work(newRan(), "1"), undefined);
    const same = newRan();
    await execute(backend, work(same, "1"), undefined, incremental);
    expect(same.ran).toEqual([]);
    const refused = newRan();
    expect(await rejectionOf(execute(backend, work(refused, "2"), undefined, incremental))).toMatchObject({ code: "NOT_REPEATABLE", address: "work::pay::tool_call" });
    expect(await rejectionOf(execute(backend, work(refused, "1"), undefined, { ...incremental, force: ["work::pay::tool_call"] }))).toMatchObject({ code: "NOT_REPEATABLE", address: "work::pay::tool_call" });
    expect(await rejectionOf(execute(backend, work(refused, "1"), undefined, { ...incremental, force: ["work::agent_call"] }))).toMatchObject({ code: "NOT_REPEATABLE", address: "work::pay::tool_call" });
    expect(refused.ran).toEqual([]);
    const allowed = newRan();
    expect(await execute(backend, work(allowed, "2"), undefined, { ...incremental, allowRepeat: ["work::pay::tool_call"] })).toBe("pay2<a1<x>>");
    expect(allowed.ran).toEqual(["pay.2(a1<x>)"]);
  });
});

describe("R7: force", () => {
  const work = (ran: Ran, salt = ""): Actor<void, unknown> => {
    const dice = tool({ name: "dice", run: (input: string) => { ran.ran.push(`dice(${input})`); return `${input}${salt}`; } });
    const inner = agent({ name: "inner", run: async (input: string, context) => context.run(ran.leaf("b"), await context.run(dice, input)) });
    return agent({ name: "work", run: async (_: void, context) => context.run(ran.leaf("c"), await context.run(inner, await context.run(dice, "x"))) });
  };

  test("R7: a leaf that is named runs again as a further attempt of the same call, and what receives another value follows", async () => {
    const backend = memoryBackend();
    await execute(backend, work(newRan()), undefined);
    const same = newRan();
    expect(await execute(backend, work(same), undefined, { ...incremental, force: ["work::inner::dice::tool_call"] })).toBe("c1<b1<x>>");
    expect(same.ran).toEqual(["dice(x)"]);
    const other = newRan();
    expect(await execute(backend, work(other, "!"), undefined, { ...incremental, force: ["work::inner::dice::tool_call"] })).toBe("c1<b1<x!>>");
    expect(other.ran).toEqual(["dice(x)", "b.1(x!)", "c.1(b1<x!>)"]);
    const state = await createReprise({ backend }).load(stateId);
    expect(state.history.get("work::inner::dice::tool_call")).toMatchObject({ attempts: 3, status: "completed", value: "x!" });
    await state.close();
  });

  test.each(bothBackends)("R7, I4: an approval holds for the prompt it was given to, and for no other, %s", async (_name, open) => {
    const backend = await open();
    const approve = (work: Ran, version: string) => {
      const draft = work.leaf("draft", version);
      return agent({
        name: "writer",
        run: async (topic: string, context) => `${await context.waitFor<string>("approval", { prompt: await context.run(draft, topic) })} of ${version}`,
      });
    };
    const reprise = createReprise({ backend });
    const first = newRan();
    expect(await reprise.execute(approve(first, "1"), "sagas", { stateId })).toMatchObject({ status: "awaiting", pending: [{ prompt: "draft1<sagas>" }] });

    // Asked and not yet answered: what is shown follows the text.
    expect(await reprise.resume(approve(newRan(), "2"), stateId, incremental)).toMatchObject({ status: "awaiting", pending: [{ prompt: "draft2<sagas>" }] });
    await reprise.answer(stateId, "approval", "yes");
    expect(await reprise.resume(approve(newRan(), "2"), stateId)).toMatchObject({ status: "completed", value: "yes of 2" });

    const same = newRan();
    expect(await reprise.resume(approve(same, "2"), stateId, incremental)).toMatchObject({ status: "completed", value: "yes of 2" });
    expect(same.ran).toEqual([]);

    const asked = await reprise.resume(approve(newRan(), "3"), stateId, incremental);
    expect(asked).toMatchObject({ status: "awaiting", pending: [{ name: "approval", prompt: "draft3<sagas>" }] });
    await reprise.answer(stateId, "approval", "no");
    expect(await reprise.resume(approve(newRan(), "3"), stateId)).toMatchObject({ status: "completed", value: "no of 3" });
    // A cache would find the first approval again; a person has to be asked.
    expect(await reprise.resume(approve(newRan(), "1"), stateId, incremental)).toMatchObject({ status: "awaiting", pending: [{ prompt: "draft1<sagas>" }] });
  });

  test("R7: an agent that is named runs with all that is below it", async () => {
    const backend = memoryBackend();
    await execute(backend, work(newRan()), undefined);
    const ran = newRan();
    await execute(backend, work(ran), undefined, { ...incremental, force: ["work::inner::agent_call"] });
    expect(ran.ran).toEqual(["dice(x)", "b.1(x)"]);
  });

  test("R7: an address that is not recorded is refused with the nearest that are, and force needs the mode", async () => {
    const backend = memoryBackend();
    await execute(backend, work(newRan()), undefined);
    expect(await rejectionOf(createReprise({ backend }).load(stateId, { ...incremental, force: ["work::iner::dice::tool_call"] }))).toMatchObject({ code: "POINT_NOT_FOUND", nearest: expect.arrayContaining(["work::inner::dice::tool_call"]) });
    for (const options of [{ force: ["a"] }, { ...incremental, force: "a" }, { ...incremental, force: [1] }, { mode: "validation", force: ["a"] }]) {
      expect((await rejectionOf(createReprise({ backend }).load(stateId, options as never))).code).toBe("INVALID_OPTION");
    }
  });
});

describe("R7: what it leaves behind", () => {
  test("R7, A5: records that a pass has replaced are not reported as unvisited, in it or after it; what the code no longer asks for is", async () => {
    const backend = memoryBackend();
    const work = (ran: Ran, version: string, more: boolean): Actor<void, unknown> =>
      agent({ name: "work", run: async (_: void, context) => { const a = await context.run(ran.leaf("a", version), "x"); if (more) await context.run(ran.leaf("gone"), "y"); return context.run(ran.leaf("b"), a); } });
    const unvisited = async (actor: Actor<void, unknown>, options: OpenOptions): Promise<(string | undefined)[]> => {
      const heard = recordingSubscriber();
      await createReprise({ backend, subscribers: [heard] }).resume(actor, stateId, options);
      return heard.of("log").map(({ code, address }) => `${code} ${address}`);
    };
    await execute(backend, work(newRan(), "1", true), undefined);
    expect(await unvisited(work(newRan(), "2", true), incremental)).toEqual([]);
    expect(await unvisited(work(newRan(), "2", true), incremental)).toEqual([]);
    expect(await unvisited(work(newRan(), "2", true), {})).toEqual([]);
    await execute(backend, work(newRan(), "1", true), undefined, incremental);
    expect(await unvisited(work(newRan(), "1", true), incremental)).toEqual([]);

    const fresh = memoryBackend();
    await execute(fresh, work(newRan(), "1", true), undefined);
    const heard = recordingSubscriber();
    await createReprise({ backend: fresh, subscribers: [heard] }).resume(work(newRan(), "2", false), stateId, incremental);
    expect(heard.of("log").map(({ code, address }) => `${code} ${address}`)).toEqual(["UNVISITED work::gone::tool_call"]);
  });

  test("R7: the present pass is what a validation and a resumed run go by", async () => {
    const backend = memoryBackend();
    const work = (ran: Ran, version: string): Actor<void, unknown> => agent({ name: "work", run: async (_: void, context) => context.run(ran.leaf("b"), await context.run(ran.leaf("a", version), "x")) });
    await execute(backend, work(newRan(), "1"), undefined);
    await execute(backend, work(newRan(), "2"), undefined, incremental);
    expect(await execute(backend, work(newRan(), "2"), undefined)).toBe("b1<a2<x>>");
    const { validation } = await createReprise({ backend }).resume(work(newRan(), "2"), stateId, { mode: "validation" });
    expect(validation?.toText()).toContain("as recorded");
  });

  test("R7, S7: the session says so, with what was to be forced", async () => {
    const backend = memoryBackend();
    const ran = newRan();
    await execute(backend, ran.leaf("a"), "x");
    await execute(backend, ran.leaf("a"), "x", { ...incremental, force: ["a::tool_call"] });
    expect(ran.ran).toEqual(["a.1(x)", "a.1(x)"]);
    expect((await journalOf(backend)).filter(({ k }) => k === "session")).toMatchObject([{ mode: "incremental", force: ["a::tool_call"] }]);
  });
});

describe("R7: a crash in the middle", () => {
  const work = (ran: Ran, version: string): Actor<readonly string[], unknown> => {
    const [a, b, c, d] = [ran.leaf("a", version), ran.leaf("b"), ran.leaf("c", "1", { fails: true }), ran.leaf("d")];
    const inner = agent({ name: "inner", run: async (input: string, context) => { context.storage.add("count", 1); const one = await context.run(b, input); return context.run(a, one); } });
    const step = async (context: AgentContext, input: string): Promise<string> => { context.storage.add("count", 10); return context.run(d, await context.run(inner, input)); };
    return agent({
      name: "work",
      run: async (inputs: readonly string[], context) => {
        const first = await context.run(inner, "first");
        const all = await context.map("all", inputs, async (input: string, branch) => step(branch, input), { maxWorkers: 2 });
        const caught = await context.try(c, first);
        return [first, ...all, caught.ok, await context.run(d, all.join()), context.storage.get("count")];
      },
    });
  };

  test.each([["normal", {}], ["incremental", incremental]] as const)("R7: wherever it comes, a run that is resumed as %s ends with the new result, and runs nothing twice", async (_mode, options) => {
    const before = await (async () => {
      const backend = memoryBackend();
      await execute(backend, work(newRan(), "1"), ["p", "q", "r"]);
      return journalOf(backend);
    })();
    const backend = await backendWith(before);
    const pass = newRan();
    const value = await execute(backend, work(pass, "2"), ["q", "r", "s"], { ...incremental, force: ["work::inner::b::tool_call"] });
    const fresh = await execute(memoryBackend(), work(newRan(), "2"), ["q", "r", "s"]);
    expect(value).toEqual(fresh);
    const whole = await journalOf(backend);
    for (let length = before.length + 1; length < whole.length; length += 1) {
      const records = whole.slice(0, length);
      if (whole[length]?.k === "checkpoint") continue;
      const cut = await backendWith(records);
      const rest = newRan();
      const again = records.some(({ k, mode }) => k === "session" && mode === "incremental") ? options : { ...incremental, force: ["work::inner::b::tool_call"] };
      const outcome = await createReprise({ backend: cut }).resume(work(rest, "2"), stateId, records.some(({ k, c }) => k === "restarted" && c === 2) ? again : { ...incremental });
      if (!records.some(({ k, c }) => k === "restarted" && c === 2)) continue;
      expect([length, outcome]).toMatchObject([length, { status: "completed", value: fresh }]);
      // What had ended in the pass did not run again.
      const done = records.slice(before.length).filter(({ k }) => k === "completed").map(({ v }) => v);
      const twice = rest.ran.filter((text) => done.includes(text.replace(/^(\w)\.(\d)\((.*)\)$/, "$1$2<$3>")));
      expect([length, twice]).toEqual([length, []]);
    }
  });
});

describe("R7, I4: who approved one text has not approved another", () => {
  const approval = (text: () => string) => agent({ name: "ask", run: (_input: void, context) => context.waitFor("approval", { prompt: text() }) });

  test.each(["name", "token", "address"] as const)("R7: an answer that nobody had read when the wait asked otherwise is refused, given by %s", async (by) => {
    let text = "Publish A?";
    const reprise = createReprise({ backend: memoryBackend() });
    const actor = approval(() => text);
    await reprise.execute(actor, undefined, { stateId });
    const [asked] = await reprise.pending(stateId);
    await reprise.answer(stateId, asked![by], "yes, A");
    text = "Publish B?";
    expect((await reprise.resume(actor, stateId, incremental)).status).toBe("awaiting");
    expect(await reprise.pending(stateId)).toMatchObject([{ prompt: "Publish B?" }]);
    expect((await reprise.history(stateId)).events().filter(({ status }) => status === "rejected")).toMatchObject([{ reason: expect.stringContaining("asks otherwise") }]);
    await reprise.answer(stateId, "approval", "yes, B");
    expect(await reprise.resume(actor, stateId)).toMatchObject({ status: "completed", value: "yes, B" });
  });

  test("R7, S8: nor does it come along when the run is handed off", async () => {
    let text = "Publish A?";
    const here = createReprise({ backend: memoryBackend() });
    const actor = approval(() => text);
    await here.execute(actor, undefined, { stateId });
    await here.answer(stateId, "approval", "yes, A");
    const there = createReprise({ backend: memoryBackend() });
    await there.import(await here.handOff(stateId));
    text = "Publish B?";
    expect((await there.resume(actor, stateId, incremental)).status).toBe("awaiting");
    expect(await there.verify(stateId)).toMatchObject({ intact: true });
  });

  test("I4: one that asks the same again takes what it was given before", async () => {
    const reprise = createReprise({ backend: memoryBackend() });
    const actor = approval(() => "Publish A?");
    await reprise.execute(actor, undefined, { stateId });
    await reprise.answer(stateId, "approval", "yes, A");
    expect(await reprise.resume(actor, stateId, incremental)).toMatchObject({ status: "completed", value: "yes, A" });
  });
});
