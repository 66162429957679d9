import { fileURLToPath } from "node:url";

/** The process that builds the site: the only file here that touches it. */
export const system = {
  root: fileURLToPath(new URL("../../..", import.meta.url)),
  out: fileURLToPath(new URL("../dist", import.meta.url)),
  write(text: string): void {
    process.stdout.write(text);
  },
  fail(): void {
    process.exitCode = 1;
  },
};
