import { invalid } from "../errors/invalid.ts";
import { RepriseError } from "../errors/reprise-error.ts";

// `Symbol.for` is shared by every copy of this package in a process.
const brand = Symbol.for("@reprise/secret");

/** A secret as it is recorded and shown: by its name. Looking at it is harmless, making text of it throws `SECRET_AS_TEXT`. */
export class SecretReference {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    Object.defineProperty(this, brand, { value: true });
    Object.freeze(this);
  }

  // Typed as a text, it fits into every template: what stands for the value there would be sent in its place, and nobody would notice.
  toString(): never {
    throw madeText(this.name);
  }

  [Symbol.toPrimitive](): never {
    throw madeText(this.name);
  }

  toJSON(): string {
    return secretMark(this.name);
  }
}

/**
 * Stands for a secret in an input, however deep: recorded as a reference by its name, and resolved through
 * `createReprise({ secrets })` for the handler of a tool or llm each time it runs (rule H2). An agent gets the reference and
 * passes it on: as it is, for it is typed as the text it stands for and throws `SECRET_AS_TEXT` where it is made one of. Throws
 * `INVALID_OPTION`.
 *
 * @example
 * ```ts
 * import { createReprise, secret, tool } from "@reprise/core";
 *
 * const login = tool({ name: "login", run: ({ user, password }: { user: string; password: string }) => `${user}: ${password.length}` });
 * const reprise = createReprise({ secrets: (name) => `the ${name} of a vault` });
 * const outcome = await reprise.execute(login, { user: "ada", password: secret("password") });
 * if (outcome.status === "completed") console.log(outcome.value); // "ada: 23"
 * ```
 */
export function secret(name: string): string {
  if (typeof name !== "string" || name.length === 0 || name.length > 256) invalid("name", "a text of 1 to 256 characters", name);
  return new SecretReference(name) as unknown as string;
}

/** Is this a reference to a secret, of this or another copy of this package? */
export function isSecret(value: object): value is SecretReference {
  return Object.hasOwn(value, brand);
}

/**
 * How a reference to a secret is shown, of this or another copy of this package: by its name. Undefined for everything else.
 *
 * @example
 * ```ts
 * import { secret } from "@reprise/core";
 * import { shownSecret } from "@reprise/core/spi";
 *
 * console.log(shownSecret(secret("shop")), shownSecret({ name: "shop" })); // [secret:shop] undefined
 * ```
 */
export function shownSecret(value: unknown): string | undefined {
  return typeof value === "object" && value !== null && isSecret(value) ? secretMark(value.name) : undefined;
}

/** What stands where the value of a secret would. */
export function secretMark(name: string): string {
  return `[secret:${name}]`;
}

function madeText(name: string): RepriseError {
  return new RepriseError("SECRET_AS_TEXT", `secret("${name}") is a reference, not a text: pass it on as it is to a tool or llm, whose handler gets the text, and build "Bearer …" and the like there`);
}
