import { request } from "node:http";

/** One message of an event stream. */
export interface SentEvent {
  readonly id: string | undefined;
  readonly type: string;
  readonly data: string;
}

/** What came over one connection, and how it ended. */
export interface Connection {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly events: readonly SentEvent[];
  readonly end: "server" | "client";
}

/** Reads an event stream over a socket; the client goes away after so many bytes, wherever that is, or after so long. */
export function connect(url: string, lastEventId?: string, { bytes = Infinity, ms }: { readonly bytes?: number; readonly ms?: number } = {}): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const headers = { accept: "text/event-stream", connection: "close", ...(lastEventId !== undefined && { "last-event-id": lastEventId }) };
    const sent = request(url, { headers }, (response) => {
      let text = "";
      const finish = (end: Connection["end"]): void => resolve({ status: response.statusCode ?? 0, headers: response.headers, events: messagesIn(text), end });
      const leave = (): void => {
        sent.destroy();
        finish("client");
      };
      const timer = ms === undefined ? undefined : setTimeout(leave, ms);
      response.setEncoding("latin1");
      response.on("data", (chunk: string) => {
        text = (text + chunk).slice(0, bytes);
        if (text.length === bytes) leave();
      });
      response.on("close", () => clearTimeout(timer));
      response.on("end", () => finish("server"));
      response.on("error", () => finish("server"));
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** The messages that are there whole, as the standard reads them. */
export function messagesIn(text: string): SentEvent[] {
  const blocks = text.split("\n\n").slice(0, -1);
  return blocks.flatMap((block) => {
    const fields = block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).replace(/^ /u, "")] as const);
    const field = (name: string): string | undefined => fields.find(([each]) => each === name)?.[1];
    const data = field("data");
    return data === undefined ? [] : [{ id: field("id"), type: field("event") ?? "message", data }];
  });
}
