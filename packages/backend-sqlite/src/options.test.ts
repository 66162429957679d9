import { expect, test } from "vitest";
import { sqliteArtifacts } from "./sqlite-artifacts.ts";
import { sqliteBackend } from "./sqlite-backend.ts";

test.each([
  ["file", undefined, /file must be the path of a file, got undefined/u],
  ["file", "", /file must be/u],
  ["file", ":memory:", /file must be the path of a file, got ":memory:"/u],
  ["file", "file:runs.db?mode=ro", /file must be/u],
  ["durability", "none", /durability must be one of "power", "process", got "none"/u],
  ["durabilty", "power", /: durabilty is not an option \(options: file, durability, busyTimeoutMs, driver, system/u],
  ["busyTimeoutMs", -1, /busyTimeoutMs must be a number of milliseconds from 0, got -1/u],
  ["busyTimeoutMs", Number.NaN, /busyTimeoutMs must be/u],
])("INVALID_OPTION: %s %s is refused by both factories, by name, rule and value", (option, value, message) => {
  for (const factory of [sqliteBackend, sqliteArtifacts]) {
    expect(() => factory({ file: "runs.db", [option]: value })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: option, message: expect.stringMatching(message) }));
  }
});

test.each([
  ["ttlMs", 0, /sqliteBackend: ttlMs must be a positive number of milliseconds, got 0/u],
  ["ttlMs", Number.POSITIVE_INFINITY, /ttlMs must be/u],
  ["maxRecordBytes", 0, /maxRecordBytes must be an integer from 1 to 67108864, got 0/u],
  ["maxRecordBytes", 2 ** 27, /maxRecordBytes must be/u],
])("INVALID_OPTION: %s %s is refused by name, rule and value", (option, value, message) => {
  expect(() => sqliteBackend({ file: "runs.db", [option]: value })).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: option, message: expect.stringMatching(message) }));
});

test("INVALID_OPTION: options that are left out are refused", () => {
  expect(() => sqliteBackend(undefined as never)).toThrow(expect.objectContaining({ code: "INVALID_OPTION", path: "options" }));
});
