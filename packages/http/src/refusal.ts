import { isRepriseError, type ErrorCode } from "@reprise/core";

/** What the handler itself refuses requests with; beside them, responses carry the codes of Reprise. */
export type RefusalCode =
  | "UNAUTHORIZED"
  | "CHANGES_DISABLED"
  | "CROSS_ORIGIN"
  | "WRONG_HOST"
  | "NO_SUCH_PATH"
  | "METHOD_NOT_ALLOWED"
  | "NOT_ACCEPTABLE"
  | "UNSUPPORTED_MEDIA_TYPE"
  | "BODY_TOO_LARGE"
  | "INVALID_BODY"
  | "INVALID_QUERY"
  | "INTERNAL";

/** Why a request is not done, as it is told to whoever made it. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: RefusalCode | ErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: RefusalCode | ErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The errors that a client can do something about, with their status. Those without a message have one that holds only what the client sent or may know. */
const known: { readonly [Code in ErrorCode]?: readonly [status: number, message?: string] } = {
  INVALID_OPTION: [400],
  INVALID_ID: [400],
  NOT_ENCODABLE: [400],
  AMBIGUOUS_ANSWER: [409],
  ANSWER_TOO_LATE: [409],
  NOT_FOUND: [404, "there is no such run, or no such wait in it"],
  LIMIT: [413, "it is too large, or too many answers wait already"],
  SEALED: [409, "the run was handed off and goes on elsewhere"],
  INCOMPLETE: [409, "the run is a fork that was never finished"],
  LEASE_HELD: [409, "somebody else has the run"],
  UNSUPPORTED: [501, "this server cannot do that"],
  CLOSED: [503, "the server is closing"],
  UNAVAILABLE: [503, "the store does not answer"],
  IO: [503, "the store could not be read or written"],
  NO_SPACE: [503, "the store is full"],
};

/** What of an error a client is told: neither stacks nor paths, and of what is not its affair only the code. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (!isRepriseError(error)) return new Refusal(500, "INTERNAL", "the server failed");
  const [status, message] = known[error.code] ?? [500, "the server failed"];
  return new Refusal(status, error.code, message ?? error.message);
}
