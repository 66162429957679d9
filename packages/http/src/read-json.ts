import { Refusal } from "./refusal.ts";

/** The JSON object in the body of a request. Throws 415, 413 and 400. */
export async function readJson(request: Request, maxBytes: number): Promise<Readonly<Record<string, unknown>>> {
  // A type that no form of another site can send without asking first.
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(?:;|$)/iu.test(type)) throw new Refusal(415, "UNSUPPORTED_MEDIA_TYPE", "the body must be application/json");
  const text = await readText(request, maxBytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(400, "INVALID_BODY", "the body is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Refusal(400, "INVALID_BODY", "the body must be a JSON object");
  return value as Readonly<Record<string, unknown>>;
}

/** Reads no more than it may, whatever the length is said to be. */
async function readText({ body }: Request, maxBytes: number): Promise<string> {
  if (body === null) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    bytes += value?.byteLength ?? 0;
    if (bytes > maxBytes) {
      await reader.cancel();
      throw new Refusal(413, "BODY_TOO_LARGE", `the body is longer than ${maxBytes} bytes`);
    }
    try {
      text += decoder.decode(value, { stream: !done });
    } catch {
      throw new Refusal(400, "INVALID_BODY", "the body is not UTF-8");
    }
    if (done) return text;
  }
}
