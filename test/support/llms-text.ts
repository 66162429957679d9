import { posix } from "node:path";

const sentence = "Reprise records every call of an agent pipeline as an event with a stable address, and from that record resumes, retries, waits, replays and prints it. TypeScript, no server.";

/** `llms.txt`, made of `docs/README.md`: its sections and lists, with paths from the top of the repository. */
export function llmsText(index: string): string {
  const sections = index.slice(index.indexOf("\n## ")).trim();
  const fromTop = sections.replaceAll(/\]\((?<target>[^)\s]+)\)/gu, (_, target: string) => `](${posix.normalize(`docs/${target}`)})`);
  return `# Reprise\n\n> ${sentence}\n\nCode that runs: examples/. Type-checked and run by the tests: every block of these pages.\n\n${fromTop}\n`;
}
