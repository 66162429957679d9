import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as NodeStream } from "node:stream/web";

type Handler = (request: Request) => Response | Promise<Response>;

/** Serves web requests with `node:http`, on the loopback interface: nobody but this machine can reach it. */
export async function serve(handler: Handler, port = 0): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((incoming, outgoing) => void respond(handler, incoming, outgoing));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function respond(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  // A client that goes away ends what is done for it, an event stream above all.
  const gone = new AbortController();
  outgoing.on("close", () => gone.abort());
  const request = requestOf(incoming, gone.signal);
  const response = request === undefined ? new Response(null, { status: 400 }) : await handler(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) return void outgoing.end();
  // It fails where the client has gone, or where an event stream broke: the connection is closed then, and the client comes again.
  await pipeline(Readable.fromWeb(response.body as NodeStream), outgoing).catch(() => undefined);
}

/** Undefined for what is no request: a host that is none, for one. */
function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request | undefined {
  const { method = "GET", headers } = incoming;
  const url = `http://${headers.host ?? ""}${incoming.url ?? ""}`;
  if (!URL.canParse(url)) return undefined;
  const body = method === "GET" || method === "HEAD" ? {} : { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: "half" as const };
  const entries = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  return new Request(url, { method, headers: entries, signal, ...body });
}
