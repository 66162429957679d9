// Runs over HTTP, for any server that speaks web requests and responses.

export { createHandler } from "./create-handler.ts";
export { toJsonLines } from "./to-json-lines.ts";
export { toServerSentEvents } from "./to-server-sent-events.ts";

export type { HandlerOptions } from "./handler-options.ts";
export type { HttpSystem } from "./system.ts";
export type { RefusalCode } from "./refusal.ts";
export type { ServedReprise } from "./create-handler.ts";
export type { EventTextOptions, ServerSentEventsOptions } from "./to-server-sent-events.ts";
