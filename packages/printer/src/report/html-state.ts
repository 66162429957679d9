import { escapeHtml } from "../text/escape-html.ts";
import { htmlValue } from "./html-value.ts";
import type { HtmlLayout } from "./html-layout.ts";

/** As much of a snapshot as a report shows. */
export interface SnapshotFacts {
  readonly metadata?: object;
  readonly storage?: Readonly<Record<string, unknown>>;
  readonly artifacts?: Readonly<Record<string, unknown>>;
  readonly checkpoints?: readonly { readonly seq: number; readonly at: number; readonly status: string }[];
}

/** What a run has stored: names, and values where they are asked for. Artifacts are only referred to, so that they are shown always. */
export function htmlState({ snapshot, details, secret }: HtmlLayout): string {
  if (snapshot === undefined) return "";
  const { metadata, storage = {}, artifacts = {}, checkpoints = [] } = snapshot;
  const values = details === "io";
  const stored = Object.entries(storage).map(([key, value]) => row(key, !values ? "" : secret(key) ? "[redacted]" : htmlValue(value, secret)));
  const contents = Object.entries(artifacts).map(([name, reference]) => row(name, htmlValue(reference, secret)));
  const saved = checkpoints.map(({ seq, at, status }) => row(`record ${seq}`, `${escapeHtml(status)}, ${escapeHtml(isoTime(at))}`));
  const facts = Object.entries(metadata ?? {}).map(([key, value]) => row(key, secret(key) ? "[redacted]" : htmlValue(value, secret)));
  return [section("Storage", stored), section("Artifacts", contents), section("Checkpoints", saved), section("Metadata", facts)].join("");
}

function row(name: string, value: string): string {
  return `<tr><th scope="row">${escapeHtml(name)}</th><td>${value}</td></tr>`;
}

function section(title: string, rows: readonly string[]): string {
  if (rows.length === 0) return "";
  return `<section><h2>${title} <small>${rows.length}</small></h2><table class="facts"><tbody>${rows.join("")}</tbody></table></section>\n`;
}

/** `2026-11-21 09:30:00.000` in UTC. */
export function isoTime(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "n/a" : date.toISOString().replace("T", " ").replace("Z", "");
}
