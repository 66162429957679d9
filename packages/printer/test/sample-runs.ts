import { runBuilder, type RunBuilder } from "./run-builder.ts";

/** A run that was resumed: two calls reused, one retried twice in a group, the last one failed for good. */
export function resumedRun(): RunBuilder {
  const run = runBuilder("run_01k8q7");
  const report = run.recorded("agent_call", "research-report");
  const plan = run.recorded("llm_call", "plan", report);
  const gather = run.recorded("group", "gather", report);
  const first = run.recorded("branch", "{0}", gather);
  run.recover(plan, 2100);
  run.wait(2);
  run.recover(first, 1400);
  run.group(gather, { size: 4, completed: 1, recovered: 1, running: 2 });
  const branches = ["{1}", "{2}"].map((key) => run.start("branch", key, gather));
  const searches = branches.map((branch, index) =>
    run.start("tool_call", `search[${["replay%20modes", "idempotency%20keys%20in%20payment%20APIs%20and%20queues"][index]}]`, branch, { maxAttempts: 5 }),
  );
  const [modes, keys] = searches;
  const [modesBranch, keysBranch] = branches;
  if (!modes || !keys || !modesBranch || !keysBranch) throw new Error("the fixture needs two searches");
  run.wait(900);
  run.fail(modes, { name: "RateLimitError", code: "RATE_LIMITED", message: "429 Too Many Requests (retry-after: 1s)" });
  run.retry(modes, 1000);
  run.wait(1000);
  run.again(modes, 2, { maxAttempts: 5 });
  run.wait(1500);
  run.complete(modes);
  run.complete(modesBranch);
  run.group(gather, { size: 4, completed: 2, recovered: 1, running: 1 });
  const lastBranch = run.start("branch", "{3}", gather);
  const sagas = run.start("tool_call", "search[sagas]", lastBranch, { maxAttempts: 5 });
  run.wait(100);
  run.fail(keys, { name: "TimeoutError", code: "TIMEOUT", message: "no response after 3.5s from api.search.example" });
  run.retry(keys, 4000);
  run.wait(2300);
  return Object.assign(run, { parts: { report, gather, keys, keysBranch, sagas, lastBranch } });
}

/** `resumedRun` to its end. */
export function failedRun(): RunBuilder {
  const run = resumedRun() as RunBuilder & { parts: Record<string, Parameters<RunBuilder["complete"]>[0]> };
  const { report, gather, keys, keysBranch, sagas, lastBranch } = run.parts;
  if (!report || !gather || !keys || !keysBranch || !sagas || !lastBranch) throw new Error("the fixture lost a call");
  run.wait(1700);
  run.again(keys, 2, { maxAttempts: 5 });
  run.wait(1300);
  run.complete(keys);
  run.complete(keysBranch);
  run.wait(820);
  run.complete(sagas);
  run.complete(lastBranch);
  run.group(gather, { size: 4, completed: 4, recovered: 1 });
  run.complete(gather, { executionTimeMs: 9622 });
  const summarise = run.start("llm_call", "summarise", report);
  run.log("warn", "the model cut its answer", { address: summarise.address });
  run.wait(4380);
  run.complete(summarise);
  const publish = run.start("tool_call", "publish", report);
  run.wait(59);
  const refused = { name: "CmsError", code: "CMS_FORBIDDEN", message: "403 token lacks scope posts:write" };
  run.fail(publish, refused, { final: true });
  run.fail(report, { name: "ActorFailedError", code: "ACTOR_FAILED", message: `${publish.address} failed`, cause: refused }, { executionTimeMs: 14_061, final: true });
  run.checkpoint("failed");
  return run;
}

/** A group of 240 items, all done but a few. */
export function longGroupRun(): RunBuilder {
  const run = runBuilder("run-long");
  const crawl = run.start("agent_call", "crawl");
  const pages = run.start("group", "pages", crawl, { group: { size: 240, maxWorkers: 5 } });
  for (let index = 0; index < 240; index += 1) {
    const branch = run.start("branch", `{${index}}`, pages);
    const fetch = run.start("tool_call", "fetch", branch, { maxAttempts: 3 });
    run.wait(40 + (index % 7) * 10);
    if (index === 17) {
      run.fail(fetch, { code: "ECONNRESET", message: "socket hang up" });
      run.retry(fetch, 500);
      run.wait(500);
      run.again(fetch, 2, { maxAttempts: 3 });
      run.wait(80);
    }
    if (index === 101) {
      const gone = { code: "HTTP_410", message: "gone" };
      run.fail(fetch, gone, { final: true });
      run.fail(branch, { name: "ActorFailedError", code: "ACTOR_FAILED", message: "fetch failed", cause: { name: "Error", ...gone } }, { final: true });
    } else if (index < 238) {
      run.complete(fetch);
      run.complete(branch);
    }
    const completed = Math.max(0, Math.min(index + 1, 238) - (index >= 101 ? 1 : 0));
    run.group(pages, { size: 240, completed, failed: index >= 101 ? 1 : 0, running: Math.max(0, index - 237) });
  }
  run.wait(30);
  return run;
}
