import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Where Debian's package installs it. */
const program = "/usr/bin/chromium";

/** Whether Chromium is there. */
export const chromiumInstalled = existsSync(program);

/** Opens a page in headless Chromium and gives what it prints. `profile` is an empty folder. */
export async function openInChromium(url: string, profile: string, flags: readonly string[]): Promise<string> {
  const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  const child = spawn(program, ["--headless", "--no-sandbox", ...quiet, "--hide-scrollbars", `--user-data-dir=${join(profile, "profile")}`, ...flags, url], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (chunk: string) => (printed += chunk));
  const patience = setTimeout(() => child.kill("SIGKILL"), 60_000);
  await once(child, "close");
  clearTimeout(patience);
  return printed;
}
