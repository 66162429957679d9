import { escapeHtml } from "../text/escape-html.ts";
import type { RunMessage } from "../view/run-view.ts";
import { htmlError } from "./html-error.ts";
import type { HtmlLayout } from "./html-layout.ts";
import { isoTime } from "./html-state.ts";
import { htmlValue } from "./html-value.ts";

/** What actors and the engine have logged. */
export function htmlLogs(messages: readonly RunMessage[], { details, stacks, secret }: HtmlLayout): string {
  const rows = messages.flatMap(({ topic, message }) => {
    if (topic !== "log") return [];
    const data = details === "io" && message.data !== undefined ? htmlValue(message.data, secret) : "";
    const error = message.error === undefined || details === "none" ? "" : htmlError(message.error, stacks);
    const code = message.code === "ACTOR_LOG" ? "" : `<code>${escapeHtml(message.code)}</code> `;
    return [`<tr><td>${isoTime(message.at)}</td><td class="${message.level}">${message.level}</td><td>${escapeHtml(message.address ?? "")}</td><td>${code}${escapeHtml(message.message)}${data}${error}</td></tr>`];
  });
  return rows.length === 0 ? "" : `<section><h2>Logs <small>${rows.length}</small></h2><table class="facts"><tbody>${rows.join("\n")}</tbody></table></section>\n`;
}
