import { expectTypeOf, test } from "vitest";
import { createCodec, type ValueCodec, type ValueExtension } from "./codec.ts";
import type { EncodedValue } from "./encoded-value.ts";
import type { ErrorRecord } from "./error-record.ts";

class Money {
  readonly cents = 1n;
}

test("an extension knows the class it encodes, and fits where extensions of any class are taken", () => {
  const money: ValueExtension<Money> = {
    name: "Money",
    is: (value) => value instanceof Money,
    encode: (value) => {
      expectTypeOf(value).toEqualTypeOf<Money>();
      return value.cents;
    },
    decode: (data) => {
      expectTypeOf(data).toEqualTypeOf<unknown>();
      return new Money();
    },
  };
  expectTypeOf(createCodec({ extensions: [money] })).toEqualTypeOf<ValueCodec>();
});

test("what was recorded is unknown until it is checked", () => {
  const codec = createCodec();
  expectTypeOf(codec.encode).returns.toHaveProperty("plain").toEqualTypeOf<boolean>();
  expectTypeOf(codec.encode).returns.toHaveProperty("encoded").toEqualTypeOf<EncodedValue>();
  expectTypeOf<EncodedValue["tree"]>().toEqualTypeOf<unknown>();
  expectTypeOf<EncodedValue["decode"]>().returns.toEqualTypeOf<unknown>();
  expectTypeOf(codec.errorRecord).toEqualTypeOf<(error: unknown) => ErrorRecord>();
  expectTypeOf(codec.errorFrom).toEqualTypeOf<(record: ErrorRecord) => Error>();
});

test("a partial set of limits is enough; names are checked", () => {
  createCodec({ limits: { maxDepth: 10 } });
  // @ts-expect-error there is no such limit
  createCodec({ limits: { depth: 10 } });
});
