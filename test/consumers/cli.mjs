// What somebody does who has installed @reprise/cli beside a program that keeps its runs on disk.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fsBackend } from "@reprise/backend-fs";
import { createReprise, tool } from "@reprise/core";

const dir = mkdtempSync(join(tmpdir(), "reprise-consumer-"));
const reprise = createReprise({ backend: fsBackend({ dir }) });
await reprise.execute(tool({ name: "double", run: (value) => value * 2 }), 21, { stateId: "run-1" });
await reprise.close();

const command = (...words) => execFileSync(process.execPath, ["node_modules/@reprise/cli/dist/bin.js", ...words, "--backend", `fs:${dir}`], { encoding: "utf8" });
assert.deepEqual(JSON.parse(command("list", "--json")).runs.map(({ stateId, status }) => [stateId, status]), [["run-1", "completed"]]);
assert.match(command("show", "run-1"), /run-1\s+completed[^]*double/u);
assert.match(command("explain", "LEASE_HELD"), /^# LEASE_HELD\n[^]*## What to do/u);
rmSync(dir, { recursive: true });
console.log("ok");
