/** What a restored error knows about its record that an Error has no place for. */
export interface RecordedDetails {
  /** The class names of the original, so that recording a restored error again loses none (retry goes by them). */
  readonly names: readonly string[];
  /** The tagged value, if what was thrown was not an error. */
  readonly thrown?: unknown;
}

const details = new WeakMap<object, RecordedDetails>();

/** For whoever makes an error out of a record. */
export function rememberDetails(error: object, of: RecordedDetails): void {
  details.set(error, of);
}

/** Undefined for an error that does not come from a record. */
export function recordedDetails(error: object): RecordedDetails | undefined {
  return details.get(error);
}
