import { expect, test } from "vitest";
import { faultOf, type Fault } from "./advisories/fault-plan.ts";
import { inventAdvisories } from "./advisories/invent-advisories.ts";
import { startAdvisoryServer } from "./advisory-server.ts";
import { fetchJson, HttpError, retryAfter } from "./http.ts";

const always = { first: 1, second: 0 };
const never = { first: 0 };

/** A package whose first request meets this fault. */
function packageWith(fault: Fault): string {
  for (let number = 0; number < 1000; number += 1) {
    if (faultOf(1, `p${number}@1.0.0`, 1, always) === fault) return `p${number}`;
  }
  throw new Error(`no package with fault ${fault}`);
}

test("the same seed invents the same advisories, another seed others", () => {
  const all = (seed: number): string => JSON.stringify(Array.from({ length: 200 }, (_, number) => inventAdvisories(seed, `p${number}`, "1.2.3")));
  expect(all(1)).toBe(all(1));
  expect(all(1)).not.toBe(all(2));
  expect(all(1)).toContain('"fixedIn":"1.2.4"');
});

test("an answer is the invented advisories, also for scoped names", async () => {
  await using server = await startAdvisoryServer({ seed: 1, faults: never, slowestMs: 0 });
  const answer = await fetchJson(new URL(`advisories/${encodeURIComponent("@a/b")}/1.0.0`, server.url), { signal: AbortSignal.timeout(5000) });
  expect(answer).toEqual({ advisories: inventAdvisories(1, "@a/b", "1.0.0") });
});

test("a busy service says 503 and when to come back; the next request is answered", async () => {
  await using server = await startAdvisoryServer({ seed: 1, faults: always, slowestMs: 0 });
  const url = new URL(`advisories/${packageWith("busy")}/1.0.0`, server.url);
  const error = await fetchJson(url, { signal: AbortSignal.timeout(5000) }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(HttpError);
  expect(error).toMatchObject({ status: 503, code: "HTTP_ERROR" });
  expect((error as HttpError).retryAfterMs).toBeLessThan(1000);
  await fetchJson(url, { signal: AbortSignal.timeout(5000) });
  expect(server.counts()).toMatchObject({ requests: 2, busy: 1, answered: 1 });
});

test("a reset connection and a request without answer fail as such", async () => {
  await using server = await startAdvisoryServer({ seed: 1, faults: always, slowestMs: 0 });
  const reset = fetchJson(new URL(`advisories/${packageWith("reset")}/1.0.0`, server.url), { signal: AbortSignal.timeout(5000) });
  await expect(reset).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
  const silent = fetchJson(new URL(`advisories/${packageWith("silent")}/1.0.0`, server.url), { signal: AbortSignal.timeout(50) });
  await expect(silent).rejects.toThrow(/timeout/u);
});

test("no package fails more than twice in a row, whatever the rates", () => {
  for (let number = 0; number < 500; number += 1) expect(faultOf(3, `p${number}`, 3, { first: 1, second: 1 })).toBeUndefined();
});

test("unknown paths are 404", async () => {
  await using server = await startAdvisoryServer({ seed: 1 });
  const paths = ["", "advisories/x", "advisories/%E0%A4%A/1"];
  const statuses = await Promise.all(paths.map(async (path) => (await fetch(`${server.url.href}${path}`)).status));
  expect(statuses).toEqual([404, 404, 404]);
});

test("closing ends open requests and may be done twice", async () => {
  const server = await startAdvisoryServer({ seed: 1, faults: always });
  const open = fetch(new URL(`advisories/${packageWith("silent")}/1.0.0`, server.url));
  const failed = expect(open).rejects.toThrow("fetch failed");
  while (server.counts().requests === 0) await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([server.close(), server.close()]);
  await failed;
});

test("Retry-After is read as milliseconds, seconds or a date", () => {
  expect(retryAfter(new Headers({ "retry-after": "2", "retry-after-ms": "150" }))).toBe(150);
  expect(retryAfter(new Headers({ "retry-after": "2" }))).toBe(2000);
  expect(retryAfter(new Headers({ "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }))).toBe(0);
  expect(retryAfter(new Headers({ "retry-after": "soon" }))).toBeUndefined();
});
