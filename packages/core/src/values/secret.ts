import { invalid } from "../errors/invalid.ts";

// `Symbol.for` is shared by every copy of this package in a process.
const brand = Symbol.for("@reprise/secret");

/** A secret as it is recorded and shown: by its name. */
export class SecretReference {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    Object.defineProperty(this, brand, { value: true });
    Object.freeze(this);
  }

  toString(): string {
    return secretMark(this.name);
  }

  toJSON(): string {
    return secretMark(this.name);
  }
}

/**
 * Stands for a secret in an input, however deep: recorded as a reference by its name, and resolved through
 * `createReprise({ secrets })` for the handler of a tool or llm each time it runs (rule H2). An agent gets the reference and
 * passes it on. Typed as the text it stands for. Throws `INVALID_OPTION`.
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

/** What stands where the value of a secret would. */
export function secretMark(name: string): string {
  return `[secret:${name}]`;
}
