import { decode, Encoder } from "@msgpack/msgpack";
import * as z from "zod/mini";
import { invalid } from "../errors/invalid.ts";
import { issueText } from "../errors/issue-text.ts";
import { CorruptError } from "../errors/storage-errors.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { checkMessagePack } from "../values/check-message-pack.ts";

/** Version of the file format; that of the records stands in the first of them. */
export const runFileVersion = 1;

/** What an exported run consists of. */
export interface RunFile {
  readonly stateId: string;
  /** The records byte for byte, those that a cut has hidden too. */
  readonly records: readonly Uint8Array[];
  /** The contents that records name, by id; undefined if they were left out. */
  readonly artifacts: ReadonlyMap<string, Uint8Array> | undefined;
}

type Sha256 = (bytes: Uint8Array) => string;

const format = "reprise-run";
/** How every file begins: a map of four, `format`, `reprise-run`, `version`. */
const beginning = new Encoder().encode({ format }).map((byte, index) => (index === 0 ? 0x84 : byte));

const envelopeSchema = z.strictObject({ format: z.literal(format), version: z.literal(runFileVersion), checksum: z.string(), content: z.instanceof(Uint8Array) });
const contentSchema = z.strictObject({
  stateId: z.string(),
  records: z.array(z.instanceof(Uint8Array)).check(z.minLength(1)),
  artifacts: z.nullable(z.array(z.tuple([z.string(), z.instanceof(Uint8Array)]))),
});

/** The file: the same for the same run, whoever writes it, wherever and whenever. Throws `LIMIT` above 4 GiB. */
export function packRunFile({ stateId, records, artifacts }: RunFile, sha256: Sha256): Uint8Array<ArrayBuffer> {
  const sorted = artifacts && [...artifacts].toSorted(([one], [other]) => (one < other ? -1 : 1));
  try {
    const content = new Encoder().encode({ stateId, records, artifacts: sorted ?? null });
    return new Encoder().encode({ format, version: runFileVersion, checksum: sha256(content), content });
  } catch (cause) {
    throw new RepriseError("LIMIT", `run ${stateId} is too large for one file (${String(cause)}); export it without its artifacts`, { stateId, cause });
  }
}

/**
 * What a file holds. The bytes are not trusted: nothing is made of them that is larger than they are. Throws `INVALID_OPTION` if
 * they are no exported run, `INCOMPATIBLE` if a newer version wrote them, `CORRUPT` if they are cut short or damaged.
 */
export function unpackRunFile(bytes: unknown, sha256: Sha256): RunFile {
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) return invalid("bytes", "an exported run, as export and handOff give it", bytes);
  if (!beginsLikeOne(bytes)) throw new RepriseError("INVALID_OPTION", `bytes must be an exported run, got ${bytes.length} bytes of something else`, { path: "bytes" });
  const envelope = parsed(bytes);
  refuseNewer(envelope);
  const { checksum, content } = checked(envelopeSchema, envelope);
  if (sha256(content) !== checksum) throw damaged("its checksum does not match its content");
  const { stateId, records, artifacts } = checked(contentSchema, parsed(content));
  for (const [id, artifact] of artifacts ?? []) if (sha256(artifact) !== id) throw damaged(`what it holds as content ${id.slice(0, 100)} is another one`);
  return { stateId, records, artifacts: artifacts === null ? undefined : new Map(artifacts) };
}

function beginsLikeOne(bytes: Uint8Array): boolean {
  return beginning.every((byte, index) => index >= bytes.length || bytes[index] === byte);
}

function parsed(bytes: Uint8Array): unknown {
  try {
    checkMessagePack(bytes, { maxDepth: 4, maxNodes: bytes.length });
    return decode(bytes);
  } catch (cause) {
    throw damaged("it is cut short, or its MessagePack is not what is written", cause);
  }
}

function refuseNewer(envelope: unknown): void {
  const version: unknown = typeof envelope === "object" && envelope !== null && "version" in envelope ? envelope.version : undefined;
  if (typeof version !== "number" || version <= runFileVersion) return;
  throw new RepriseError("INCOMPATIBLE", `the exported run was written by a newer version of Reprise (file format ${version}; this one reads up to ${runFileVersion})`, { path: "bytes" });
}

function checked<Schema extends z.ZodMiniType>(schema: Schema, value: unknown): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw damaged(issueText(result.error), result.error);
}

function damaged(problem: string, cause?: unknown): CorruptError {
  return new CorruptError(`the exported run is damaged: ${problem}`, { path: "bytes", ...(cause !== undefined && { cause }) });
}
