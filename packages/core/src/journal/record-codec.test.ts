import { describe, expect, test } from "vitest";
import { createCodec } from "../values/codec.ts";
import { defaultSystem } from "../system.ts";
import type { Elsewhere } from "./fetch-values.ts";
import type { JournalRecord } from "./journal-record.ts";
import { createRecordCodec } from "./record-codec.ts";

const values = createCodec();
const codec = createRecordCodec(values);
const encoded = (value: unknown) => values.encode(value, "value").encoded;
const stored = (text: string) => ({ seq: 1, epoch: 1, bytes: new TextEncoder().encode(text) });
const text = (record: JournalRecord): string => new TextDecoder().decode(codec.encode(record));

/** One record of every kind, as it stands in a journal. Journals out there look like this: never edit a line, only add. */
const golden: readonly (readonly [JournalRecord, string])[] = [
  [{ k: "run", at: 1, v: 1, id: "run-1", meta: encoded({ tags: ["a"] }) }, '{"k":"run","at":1,"v":1,"id":"run-1","meta":{"tags":["a"]}}'],
  [
    { k: "run", at: 1, v: 1, id: "run-2", parent: { id: "run-1", seq: 7, n: 9 }, was: "run-1", root: { a: "b::agent_call", i: encoded(2n) }, pins: [["a::tool_call", encoded(1n)]] },
    '{"k":"run","at":1,"v":1,"id":"run-2","parent":{"id":"run-1","seq":7,"n":9},"was":"run-1","root":{"a":"b::agent_call","i":{"$i":"2"}},"pins":[["a::tool_call",{"$i":"1"}]]}',
  ],
  [{ k: "started", at: 3, a: "a::agent_call", was: ["run-1", 3] }, '{"k":"started","at":3,"a":"a::agent_call","was":["run-1",3]}'],
  [{ k: "completed", at: 5, c: 3, pin: 1 }, '{"k":"completed","at":5,"c":3,"pin":1}'],
  [{ k: "cut", at: 11, ranges: [[1, 3]], why: { position: 3 }, meta: encoded({ tags: ["x"] }) }, '{"k":"cut","at":11,"ranges":[[1,3]],"why":{"position":3},"meta":{"tags":["x"]}}'],
  [{ k: "session", at: 2, lib: "0.1.0", opening: "recovery" }, '{"k":"session","at":2,"lib":"0.1.0","opening":"recovery"}'],
  [{ k: "run", at: 1, v: 1, id: "run-2", retry: { retry: { maxAttempts: 5 }, retryByType: { tool_call: false } } }, '{"k":"run","at":1,"v":1,"id":"run-2","retry":{"retry":{"maxAttempts":5},"retryByType":{"tool_call":false}}}'],
  [{ k: "session", at: 2, lib: "0.1.0", retry: { retryByType: {} } }, '{"k":"session","at":2,"lib":"0.1.0","retry":{"retryByType":{}}}'],
  [
    { k: "started", at: 3, a: "a::agent_call", i: encoded(new Date(5)), ver: "2", fp: "00ff", root: 1 },
    '{"k":"started","at":3,"a":"a::agent_call","i":{"$d":5},"ver":"2","fp":"00ff","root":1}',
  ],
  [{ k: "started", at: 3, a: "a::g{0}::branch", p: 3, ix: 0, once: 1, workers: 5 }, '{"k":"started","at":3,"a":"a::g{0}::branch","p":3,"ix":0,"once":1,"workers":5}'],
  [{ k: "started", at: 3, c: 6, a: "b::tool_call" }, '{"k":"started","at":3,"c":6,"a":"b::tool_call"}'],
  [{ k: "started", at: 3, a: "fetch#2::tool_call", i: encoded(3), given: [[2, "00ff"]] }, '{"k":"started","at":3,"a":"fetch#2::tool_call","i":3,"given":[[2,"00ff"]]}'],
  [{ k: "restarted", at: 4, c: 3, n: 2, opening: "retry", reuse: true }, '{"k":"restarted","at":4,"c":3,"n":2,"opening":"retry","reuse":true}'],
  [{ k: "restarted", at: 4, c: 3, n: 2, opening: "changed", reuse: true, i: encoded([1, 2n]) }, '{"k":"restarted","at":4,"c":3,"n":2,"opening":"changed","reuse":true,"i":[1,{"$i":"2"}]}'],
  [{ k: "expired", at: 5, c: 3, option: "attemptTimeoutMs", limit: 50 }, '{"k":"expired","at":5,"c":3,"option":"attemptTimeoutMs","limit":50}'],
  [{ k: "completed", at: 5, c: 3, v: encoded(1n), w: [["k", "s", encoded([-0])], ["n", "a", 2], ["d", "d"]] }, '{"k":"completed","at":5,"c":3,"v":{"$i":"1"},"w":[["k","s",[{"$n":"-0"}]],["n","a",2],["d","d"]]}'],
  [{ k: "completed", at: 5, c: 3, v: encoded(1), ver: "2", w: [["n", "a", 2]] }, '{"k":"completed","at":5,"c":3,"v":1,"ver":"2","w":[["n","a",2]]}'],
  [{ k: "failed", at: 6, c: 3, e: { name: "Error", message: "no" }, ver: null, through: [4] }, '{"k":"failed","at":6,"c":3,"e":{"name":"Error","message":"no"},"ver":null,"through":[4]}'],
  [{ k: "completed", at: 5, c: 3, v: encoded(1), fp: "00ff" }, '{"k":"completed","at":5,"c":3,"v":1,"fp":"00ff"}'],
  [{ k: "completed", at: 5, c: 3, vb: [4, 5] }, '{"k":"completed","at":5,"c":3,"vb":[4,5]}'],
  [
    { k: "failed", at: 6, c: 3, e: { name: "Error", message: "no" }, through: [4], b: [4, null] },
    '{"k":"failed","at":6,"c":3,"e":{"name":"Error","message":"no"},"through":[4],"b":[4,null]}',
  ],
  [{ k: "retrying", at: 7, c: 3, due: 1007, delay: 1000, max: 4, cfg: { maxAttempts: 4 } }, '{"k":"retrying","at":7,"c":3,"due":1007,"delay":1000,"max":4,"cfg":{"maxAttempts":4}}'],
  [{ k: "cancelled", at: 8, c: 3, why: "its parent has ended" }, '{"k":"cancelled","at":8,"c":3,"why":"its parent has ended"}'],
  [{ k: "interrupted", at: 8, c: 3, why: "timeout: too slow" }, '{"k":"interrupted","at":8,"c":3,"why":"timeout: too slow"}'],
  [{ k: "interrupted", at: 8, c: 3, why: "timeout", idle: 1 }, '{"k":"interrupted","at":8,"c":3,"why":"timeout","idle":1}'],
  [{ k: "interruption", at: 8, reason: "custom", message: "enough", by: "ops", saved: 0 }, '{"k":"interruption","at":8,"reason":"custom","message":"enough","by":"ops","saved":0}'],
  [{ k: "interruption", at: 8, reason: "user_cancelled" }, '{"k":"interruption","at":8,"reason":"user_cancelled"}'],
  [{ k: "awaiting", at: 8, c: 3, due: 1008, delay: 1000 }, '{"k":"awaiting","at":8,"c":3,"due":1008,"delay":1000}'],
  [{ k: "awaiting", at: 8, c: 3, token: "wt_0", prompt: encoded(["Publish?", 1n]) }, '{"k":"awaiting","at":8,"c":3,"token":"wt_0","prompt":["Publish?",{"$i":"1"}]}'],
  [{ k: "completed", at: 8, c: 3, v: encoded(true), msg: "m-1", aid: "click" }, '{"k":"completed","at":8,"c":3,"v":true,"msg":"m-1","aid":"click"}'],
  [{ k: "rejected", at: 8, c: 3, msg: "m-1", aid: "click", why: "no boolean" }, '{"k":"rejected","at":8,"c":3,"msg":"m-1","aid":"click","why":"no boolean"}'],
  [{ k: "message", at: 8, msg: "m-1", aid: "click", to: "approval", v: encoded(-0) }, '{"k":"message","at":8,"msg":"m-1","aid":"click","to":"approval","v":{"$n":"-0"}}'],
  [{ k: "message", at: 8, msg: "m-1", to: "approval" }, '{"k":"message","at":8,"msg":"m-1","to":"approval"}'],
  [{ k: "gone", at: 12 }, '{"k":"gone","at":12}'],
  [{ k: "now", at: 8, p: 3 }, '{"k":"now","at":8,"p":3}'],
  [{ k: "storage", at: 9, w: [["n", "a", 1]] }, '{"k":"storage","at":9,"w":[["n","a",1]]}'],
  [
    { k: "storage", at: 9, w: [["page", "r", { id: "0123456789abcdef".repeat(4), size: 7, kind: "bytes" }]] },
    `{"k":"storage","at":9,"w":[["page","r",{"id":"${"0123456789abcdef".repeat(4)}","size":7,"kind":"bytes"}]]}`,
  ],
  [
    { k: "session", at: 2, lib: "0.1.0", mode: "normal", reuse: { reused: 3, executed: 0, reentered: 1, savedMs: 1.5 }, by: { host: "a", pid: 1, gitCommit: "00ff", appVersion: "2" } },
    '{"k":"session","at":2,"lib":"0.1.0","mode":"normal","reuse":{"reused":3,"executed":0,"reentered":1,"savedMs":1.5},"by":{"host":"a","pid":1,"gitCommit":"00ff","appVersion":"2"}}',
  ],
  [{ k: "session", at: 2, lib: "0.1.0", mode: "incremental", force: ["a::tool_call"] }, '{"k":"session","at":2,"lib":"0.1.0","mode":"incremental","force":["a::tool_call"]}'],
  [{ k: "restarted", at: 4, c: 3, n: 2, opening: "changed", reuse: true, i: encoded(1n) }, '{"k":"restarted","at":4,"c":3,"n":2,"opening":"changed","reuse":true,"i":{"$i":"1"}}'],
  [{ k: "restarted", at: 4, c: 3, n: 2, opening: "changed", reuse: true, iu: 1 }, '{"k":"restarted","at":4,"c":3,"n":2,"opening":"changed","reuse":true,"iu":1}'],
  [{ k: "checkpoint", at: 10, status: "completed", reuse: { reused: 1, executed: 2, reentered: 3, savedMs: 4 } }, '{"k":"checkpoint","at":10,"status":"completed","reuse":{"reused":1,"executed":2,"reentered":3,"savedMs":4}}'],
  [{ k: "checkpoint", at: 10, status: "failed", meta: encoded({}), through: [2] }, '{"k":"checkpoint","at":10,"status":"failed","meta":{},"through":[2]}'],
  [
    { k: "cut", at: 11, ranges: [[1, 3], [5, 8]], anew: [6], why: { position: 8, address: "a::tool_call", attempt: 2 }, resume: "a::tool_call", allow: ["b::tool_call"] },
    '{"k":"cut","at":11,"ranges":[[1,3],[5,8]],"anew":[6],"why":{"position":8,"address":"a::tool_call","attempt":2},"resume":"a::tool_call","allow":["b::tool_call"]}',
  ],
  [{ k: "sealed", at: 12, to: "elsewhere" }, '{"k":"sealed","at":12,"to":"elsewhere"}'],
  [{ k: "received", at: 13 }, '{"k":"received","at":13}'],
  [{ k: "checkpoint", at: 10, status: "running", auto: 1, keep: 3 }, '{"k":"checkpoint","at":10,"status":"running","auto":1,"keep":3}'],
];

describe("S6: a record of version 1", () => {
  test.each(golden)("is written and read back as it stands in journals: %#", (record, line) => {
    expect(text(record)).toBe(line);
    expect(text(codec.decode(stored(line), "run-1"))).toBe(line);
  });
});

test("S6: an encrypted record is written and read back as it stands in journals", () => {
  const flipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 255);
  const encrypting = createRecordCodec(values, { keyId: "k1", encrypt: flipped, decrypt: flipped });
  const line = '{"k":"encrypted","key":"k1","b":"hN2U3cXdjIuQjZ6Ymt3T3Z6L3cXO092I3cWkooI="}';
  const written = new TextDecoder().decode(encrypting.encode({ k: "storage", at: 1, w: [] }));
  expect(written).toBe(line);
  expect(encrypting.decode(stored(line), "run-1")).toEqual({ k: "storage", at: 1, w: [] });
  expect(() => codec.decode(stored(line), "run-1")).toThrow(expect.objectContaining({ code: "DECRYPTION_FAILED" }));
});

test("S6: a journal of a newer version is refused clearly", () => {
  expect(() => codec.decode(stored('{"k":"run","at":1,"v":2,"id":"run-1","colour":"blue"}'), "run-1")).toThrow(expect.objectContaining({ code: "INCOMPATIBLE" }));
});

test.each(["", "{", "null", "[]", '"text"', '{"k":"unknown","at":1}', '{"k":"completed","at":1}', '{"k":"completed","at":1,"c":1,"extra":1}', '{"k":"completed","at":"now","c":1}'])(
  "G10: what is no record is CORRUPT: %s",
  (line) => {
    expect(() => codec.decode(stored(line), "run-1")).toThrow(expect.objectContaining({ code: "CORRUPT", stateId: "run-1" }));
  },
);

test.each([Number.NaN, Infinity])("H6: a record whose time is %s is refused before anybody would have to read it", (at) => {
  expect(() => codec.encode({ k: "received", at })).toThrow(expect.objectContaining({ code: "NOT_ENCODABLE", path: "at" }));
});

test("G10: bytes that are no UTF-8 are CORRUPT", () => {
  expect(() => codec.decode({ seq: 1, epoch: 1, bytes: Uint8Array.of(0xff, 0xfe) }, "run-1")).toThrow(expect.objectContaining({ code: "CORRUPT" }));
});

test("a record that names a key __proto__ changes no prototype", () => {
  const record = codec.decode(stored('{"k":"storage","at":9,"w":[["__proto__","s",{"$__proto__":{"admin":true}}]]}'), "run-1");
  expect(record.k === "storage" && text(record)).toBe('{"k":"storage","at":9,"w":[["__proto__","s",{"$__proto__":{"admin":true}}]]}');
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
});

describe("H7: values too large for a record", () => {
  const { sha256 } = defaultSystem();
  const hash = (part: string): string => sha256(new TextEncoder().encode(part));
  const large = "x".repeat(50);
  /** What a record is written as when nothing over 40 characters may stay in it, and what went elsewhere. */
  function offload(record: JournalRecord) {
    const stored = new Map<string, Uint8Array>();
    const named: string[] = [];
    const bytes = codec.encode(record, { threshold: 40, hash, named: (id) => void named.push(id), put: (content) => (stored.set(sha256(content), content), sha256(content)) });
    return { line: new TextDecoder().decode(bytes), stored, named };
  }
  const cases: readonly JournalRecord[] = [
    { k: "started", at: 3, a: "a::agent_call", i: encoded({ large }) },
    { k: "completed", at: 5, c: 3, v: encoded([large, 1n]), w: [["small", "s", encoded(1)], ["large", "s", encoded(new Map([[large, 1]]))], ["n", "a", 2]] },
    { k: "completed", at: 5, c: 3, w: [["large", "s", encoded(large)]] },
    { k: "storage", at: 9, w: [["large", "s", encoded(Uint8Array.from({ length: 60 }, () => 7))]] },
    { k: "failed", at: 6, c: 3, e: { name: "QuotaError", message: large, stack: large, data: { $d: 5 }, cause: { name: "Error", message: "why" } }, through: [4] },
  ];

  test.each(cases)("are written as references and read back whole: %#", (record) => {
    const { line, stored: contents } = offload(record);
    expect(contents.size).toBeGreaterThan(0);
    expect(line).toContain('"$a":["');
    const elsewhere: Elsewhere[] = [];
    const read = codec.decode(stored(line), "run-1", elsewhere);
    for (const { reference, fill } of elsewhere) fill(contents.get(reference.id) as Uint8Array);
    expect(text(read)).toBe(text(record));
  });

  test("S6: references are written as they stand in journals: the id of the content, its size, the hash of the canonical text", () => {
    // Journals out there look like this: never edit a line, only add.
    expect(offload({ k: "completed", at: 5, c: 3, v: encoded({ b: large, a: 1 }) }).line).toBe(
      '{"k":"completed","at":5,"c":3,"v":{"$a":["8ac394b8ef3fb63401305efb693545851663b169b48a24fbe705eeacee70ecbf",58,"9f363ab9e561382014811361ca638c8586ea5bb0210ad5e370abb66d67a78026"]}}',
    );
    expect(offload({ k: "failed", at: 6, c: 3, e: { name: "E", message: "m".repeat(100) } }).line).toBe(
      `{"k":"failed","at":6,"c":3,"e":{"name":"E","message":"${"m".repeat(100)}","$a":["e31cc9394824467a73fc332cc61b43e418029fd252949cbfc95192e9df8cad75",122,"b9366e4a02623f3942605718589185280582a968e09c38b6c6e4ea627993683f"]}}`,
    );
  });

  test("what stays of a large error is its name and the beginning of its message", () => {
    const { line } = offload({ k: "failed", at: 6, c: 3, e: { name: "E", message: "m".repeat(2000), stack: "s" } });
    expect(JSON.parse(line)).toMatchObject({ e: { name: "E", message: "m".repeat(1000), $a: [expect.any(String), 2031, expect.any(String)] } });
    expect(JSON.parse(line)).not.toHaveProperty("e.stack");
  });

  test("the same value in two places of a record is one content, and a record of small values is not looked at", () => {
    expect(offload({ k: "completed", at: 5, c: 3, v: encoded(large), w: [["k", "s", encoded(large)]] }).stored.size).toBe(1);
    const many: JournalRecord = { k: "storage", at: 9, w: Array.from({ length: 50 }, (_, index) => [`k${index}`, "s", encoded(index)] as const) };
    expect(offload(many)).toMatchObject({ line: text(many), stored: new Map() });
  });

  test("artifacts that a record names are told", () => {
    const id = "0123456789abcdef".repeat(4);
    expect(offload({ k: "storage", at: 9, w: [["page", "r", { id, size: 7, kind: "bytes" }]] }).named).toEqual([id]);
  });

  test.each([{ $a: 1 }, { $a: ["x", 1, "y"] }, { $a: [] }])("what only looks like a reference is refused when it is decoded: %j", (tree) => {
    const elsewhere: Elsewhere[] = [];
    const read = codec.decode(stored(JSON.stringify({ k: "completed", at: 5, c: 3, v: tree })), "run-1", elsewhere) as { v: { decode(): unknown } };
    expect(elsewhere).toEqual([]);
    expect(() => read.v.decode()).toThrow(expect.objectContaining({ code: "NOT_DECODABLE" }));
  });

  test("a user's own $a is not taken for a reference", () => {
    const value = { $a: ["0123456789abcdef".repeat(4), 7, "0123456789abcdef".repeat(4)] };
    const elsewhere: Elsewhere[] = [];
    const read = codec.decode(stored(text({ k: "completed", at: 5, c: 3, v: encoded(value) })), "run-1", elsewhere) as { v: { decode(): unknown } };
    expect([read.v.decode(), elsewhere]).toEqual([value, []]);
  });
});
