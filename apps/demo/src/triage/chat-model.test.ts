import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { chatModel, readVerdict } from "./chat-model.ts";
import type { Concern } from "./concern.ts";

const concern: Concern = {
  id: "p@1.0.0", name: "p", version: "1.0.0", licence: null, licenceText: null, licenceRisk: "missing", installScripts: [], deprecated: null, advisories: [],
};
const verdict = { decision: "act", reason: "no licence", action: "ask the author" };

function completion(content: string): unknown {
  return { choices: [{ message: { role: "assistant", content } }] };
}

interface Received {
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** An endpoint on loopback that keeps what it was asked and answers with `status` and `body`. */
async function endpoint(status: number, body: unknown): Promise<AsyncDisposable & { readonly url: URL; readonly received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ url: request.url, headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
      response.writeHead(status, { "content-type": "application/json", "retry-after": "3" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`),
    received,
    [Symbol.asyncDispose]: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}

test("the endpoint gets the key, the model, the idempotency key and the concern, and its answer is the verdict", async () => {
  await using server = await endpoint(200, completion(JSON.stringify(verdict)));
  const model = chatModel({ baseUrl: server.url, apiKey: "sesame", model: "tiny" });
  await expect(model.judge(concern, { signal: AbortSignal.timeout(5000), idempotencyKey: "k1" })).resolves.toEqual(verdict);
  expect(server.received).toMatchObject([
    { url: "/v1/chat/completions", headers: { authorization: "Bearer sesame", "idempotency-key": "k1" }, body: { model: "tiny", messages: [{ role: "system" }, { role: "user", content: JSON.stringify(concern) }] } },
  ]);
  expect(model.label).toBe(`tiny at ${server.url.host}`);
});

test("a refusal of the endpoint keeps its status, what it said and when to come back, and never the key", async () => {
  await using server = await endpoint(429, { error: { message: "slow down" } });
  const model = chatModel({ baseUrl: server.url, apiKey: "sesame", model: "tiny" });
  const error: unknown = await Promise.resolve(model.judge(concern, { signal: AbortSignal.timeout(5000), idempotencyKey: "k" })).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ name: "HttpError", status: 429, retryAfterMs: 3000, message: expect.stringContaining("slow down") as string });
  expect(JSON.stringify(error)).not.toContain("sesame");
});

describe("an answer", () => {
  test("in a code block, with extra fields or with white space is a verdict", () => {
    expect(readVerdict(completion(`\n\`\`\`json\n${JSON.stringify({ ...verdict, confidence: 1 })}\n\`\`\`\n`))).toEqual(verdict);
    expect(readVerdict(completion(JSON.stringify({ ...verdict, reason: "  no licence " })))).toEqual(verdict);
  });

  test.each([
    [{}, "the answer is no chat completion: {}"],
    [null, "the answer is no chat completion: null"],
    [{ choices: [] }, "the answer is no chat completion"],
    [completion("I think you should act."), "the model did not answer with JSON: I think you should act."],
    [completion(""), "the model did not answer with JSON"],
    [completion("null"), "the model's answer has no valid content: null"],
    [completion(JSON.stringify({ ...verdict, decision: "panic" })), "the model's answer has no valid decision"],
    [completion(JSON.stringify({ ...verdict, action: undefined })), "the model's answer has no valid action"],
    [completion(JSON.stringify({ ...verdict, reason: "x".repeat(500) })), "the model's answer has no valid reason"],
  ])("%j is a ModelAnswerError", (answer, message) => {
    expect(() => readVerdict(answer)).toThrow(expect.objectContaining({ code: "MODEL_ANSWER", message: expect.stringContaining(message) as string }) as Error);
  });
});
