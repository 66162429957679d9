import { checkMethods, invalid } from "../errors/invalid.ts";
import { messageOf } from "../errors/message-of.ts";
import { RepriseError } from "../errors/reprise-error.ts";
import { fromBase64, toBase64 } from "../values/base64.ts";

/**
 * Encrypts the bytes of records (rule H2). What a backend lists runs by stays readable: ids, status, tags, times; artifacts and
 * answers on their way are not encrypted either. Use an authenticated cipher: a record that was changed must not decrypt.
 */
export interface Encryption {
  /** Names the key that new records are encrypted with; it stands in each of them. */
  readonly keyId: string;
  /** The bytes of one record as they are to be stored, under the key that `keyId` names. */
  encrypt(bytes: Uint8Array): Uint8Array;
  /** `keyId` is that of the record: older ones may have older keys. Throws if it cannot. */
  decrypt(bytes: Uint8Array, keyId: string): Uint8Array;
}

/** A record in its envelope. */
interface Envelope {
  readonly k: "encrypted";
  readonly key: string;
  readonly b: string;
}

/** Throws `INVALID_OPTION`. */
export function checkEncryption(encryption: Encryption | undefined): void {
  if (encryption === undefined) return;
  checkMethods("codec.encryption", "an object with keyId, encrypt and decrypt", ["encrypt", "decrypt"], encryption);
  const { keyId } = encryption;
  if (typeof keyId !== "string" || keyId.length === 0) invalid("codec.encryption.keyId", "a text that names the key", keyId);
}

/** The bytes in an envelope that says with which key they are encrypted. */
export function encrypted(encryption: Encryption, bytes: Uint8Array): Uint8Array {
  const envelope: Envelope = { k: "encrypted", key: encryption.keyId, b: toBase64(encryption.encrypt(bytes)) };
  return new TextEncoder().encode(JSON.stringify(envelope));
}

/** Is this an envelope? */
export function isEnvelope(json: unknown): json is Envelope {
  return typeof json === "object" && json !== null && "k" in json && json.k === "encrypted" && "key" in json && typeof json.key === "string" && "b" in json && typeof json.b === "string";
}

/** The record in an envelope, parsed. Throws `DECRYPTION_FAILED`, for a wrong key too. */
export function decrypted(encryption: Encryption | undefined, { key, b }: Envelope, place: { readonly stateId: string; readonly seq: number }): unknown {
  const { stateId, seq } = place;
  const failed = (why: string, cause?: unknown): RepriseError =>
    new RepriseError("DECRYPTION_FAILED", `run ${stateId}: record ${seq} is encrypted with the key "${key}", ${why}`, { stateId, path: "codec.encryption", cause });
  if (encryption === undefined) throw failed("and createReprise was given no codec.encryption");
  const bytes = fromBase64(b);
  if (bytes === undefined) throw failed("and is damaged: what it holds is not base64");
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(encryption.decrypt(bytes, key)));
  } catch (cause) {
    throw failed(`which codec.encryption could not decrypt: ${messageOf(cause)}`, cause);
  }
}
