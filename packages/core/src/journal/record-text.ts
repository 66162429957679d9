import { EncodedValue } from "../values/encoded-value.ts";
import { NotEncodableError } from "../values/not-encodable-error.ts";
import type { ErrorRecord } from "../values/error-record.ts";
import type { JournalRecord, StorageWrite } from "./journal-record.ts";

/** How the values of a record are written, as JSON text. */
export interface ValueWriter {
  readonly value: (value: EncodedValue) => string;
  readonly error: (error: ErrorRecord) => string;
}

/** Values in their places. */
export const inPlace: ValueWriter = { value: (value) => value.write(), error: (error) => JSON.stringify(error) };

/**
 * The record as the JSON of a journal, its fields in their order. Put together from texts: an object with trees in the places of
 * values would be made only to be stringified, and a value's text tells whether it is too large for its record.
 */
export function recordText(record: JournalRecord, write: ValueWriter): string {
  let text = `{"k":"${record.k}"`;
  // Records are data, so nothing is inherited.
  for (const field in record) {
    if (field === "k") continue;
    const value: unknown = record[field as keyof JournalRecord];
    if (value !== undefined) text += (beginnings[field] ??= `,"${field}":`) + fieldText(field, value, write);
  }
  return `${text}}`;
}

/** What stands before the value of a field. */
const beginnings: Record<string, string> = {};

function fieldText(field: string, value: unknown, write: ValueWriter): string {
  if (typeof value === "number") return numberText(field, value);
  switch (field) {
    case "meta":
      return (value as EncodedValue).write();
    case "w":
      return `[${(value as readonly StorageWrite[]).map((each) => writeText(each, write)).join(",")}]`;
    case "pins":
      return `[${(value as readonly (readonly [string, EncodedValue])[]).map(([address, pin]) => `[${JSON.stringify(address)},${write.value(pin)}]`).join(",")}]`;
    case "root":
      return rootText(value as { readonly i?: EncodedValue }, write);
    case "e":
      return write.error(value as ErrorRecord);
    default:
      return value instanceof EncodedValue ? write.value(value) : JSON.stringify(value);
  }
}

/** Nobody could read a record that has `null` for a number: a clock of somebody's own may give what is none. */
function numberText(field: string, value: number): string {
  if (!Number.isFinite(value)) throw new NotEncodableError(field, `JSON has no number ${value}`);
  return String(value);
}

/** The call that `execute` began, of a fork that has it not. */
function rootText({ i, ...root }: { readonly i?: EncodedValue }, write: ValueWriter): string {
  const text = JSON.stringify(root);
  return i === undefined ? text : `${text.slice(0, -1)},"i":${write.value(i)}}`;
}

function writeText(each: StorageWrite, { value }: ValueWriter): string {
  return each[1] === "s" && typeof each[2] === "object" ? `[${JSON.stringify(each[0])},"s",${value(each[2])}]` : JSON.stringify(each);
}
