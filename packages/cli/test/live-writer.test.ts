import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newDirectory } from "./support/stores.ts";
import { useReprise } from "./support/use-reprise.ts";

const writer = fileURLToPath(new URL("./support/slow-writer.ts", import.meta.url));

test("a run that another process is at can be interrupted", { timeout: 120_000 }, async () => {
  const place = join(await newDirectory(), "runs");
  const environment = { REPRISE_BACKEND: `fs:${place}` };
  const child = spawn(process.execPath, ["--conditions=@reprise/source", writer, environment.REPRISE_BACKEND], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    await new Promise<void>((resolve) => void child.stdout.once("data", () => resolve()));
    const ended = new Promise<string>((resolve) => void child.stdout.on("data", (text: Buffer) => text.includes("interrupted") && resolve(text.toString())));
    expect(await useReprise(["interrupt", "slow", "--reason", "resource_limit"], { environment })).toMatchObject({ code: 0, stdout: expect.stringContaining("the process that is at it ends it") });
    expect(await ended).toContain("interrupted resource_limit");
  } finally {
    child.kill("SIGKILL");
  }
});

test("a run whose process was killed is shown as one that nobody is at", { timeout: 120_000 }, async () => {
  const place = join(await newDirectory(), "runs");
  const environment = { REPRISE_BACKEND: `fs:${place}` };
  const child = spawn(process.execPath, ["--conditions=@reprise/source", writer, environment.REPRISE_BACKEND], { stdio: ["pipe", "pipe", "inherit"] });
  await new Promise<void>((resolve) => void child.stdout.once("data", () => resolve()));
  const killed = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  child.kill("SIGKILL");
  await killed;
  expect(await useReprise(["show", "slow"], { environment })).toMatchObject({ code: 0, stderr: expect.stringContaining("nobody is at this run: it goes on when it is resumed") });
  expect(await useReprise(["show", "slow", "--json"], { environment })).toMatchObject({ code: 0, stderr: "" });
  expect(await useReprise(["doctor", place])).toMatchObject({ code: 0, stdout: expect.stringMatching(/: 1 run, healthy\nWants to be resumed:\n {2}staleLease: /u) });
});

test("a run that another process is at can be looked at and followed to its end, and neither be rewound nor removed", { timeout: 120_000 }, async () => {
  const place = join(await newDirectory(), "runs");
  const environment = { REPRISE_BACKEND: `fs:${place}` };
  const child = spawn(process.execPath, ["--conditions=@reprise/source", writer, environment.REPRISE_BACKEND], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    await new Promise<void>((resolve) => void child.stdout.once("data", () => resolve()));
    expect(JSON.parse((await useReprise(["list", "--json"], { environment })).stdout)).toMatchObject({ runs: [{ stateId: "slow", status: "running", lease: "live" }] });
    expect((await useReprise(["show", "slow"], { environment })).stdout).toMatch(/running/u);
    expect(await useReprise(["rewind", "slow", "--position", "2", "--yes"], { environment })).toMatchObject({ code: 4, stderr: expect.stringContaining("LEASE_HELD") });
    expect(await useReprise(["delete", "slow", "--yes"], { environment })).toMatchObject({ code: 4, stderr: expect.stringContaining("LEASE_HELD") });
    const following = useReprise(["tail", "slow", "--until-end", "--json"], { environment });
    expect(await useReprise(["answer", "slow", "go", '"on"'], { environment })).toMatchObject({ code: 0, stdout: expect.stringContaining("the process that is at it takes it") });
    const followed = await following;
    const last = followed.stdout.trim().split("\n").at(-1) ?? "";
    expect(JSON.parse(last)).toMatchObject({ status: "completed", address: "slow::agent_call" });
  } finally {
    child.kill("SIGKILL");
  }
});
