import { agent, createReprise, tool } from "@reprise/core";
import { fsBackend } from "@reprise/backend-fs";
import { retry, retryProvider } from "@reprise/retry";

// What stands for the network and a model here: it takes its time, and the second page fails once.
const takes = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
let failures = 1;

const fetchPage = tool({
  name: "fetch",
  retry: retry({ maxAttempts: 3, initialDelayMs: 500, jitter: "none" }),
  run: async (page: string) => {
    await takes(300);
    if (page === "sagas" && failures-- > 0) throw Object.assign(new Error("503 from sagas.example"), { code: "UNAVAILABLE" });
    return `everything about ${page}`;
  },
});
const summarise = tool({
  name: "summarise",
  run: async (pages: string[]) => {
    await takes(800);
    return `${pages.length} pages in a nutshell`;
  },
});
const publish = tool({ name: "publish", repeatable: false, run: async (text: string) => `published: ${text}` });

export const digest = agent({
  name: "digest",
  run: async (topics: string[], context) => {
    const pages: string[] = [];
    for (const topic of topics) pages.push(await context.run(fetchPage, topic, { key: topic }));
    const text = await context.run(summarise, pages);
    context.storage.set("text", text);
    if (!(await context.waitFor<boolean>("approval", { prompt: `Publish "${text}"?` }))) return "not published";
    return context.run(publish, text);
  },
});

export const reprise = createReprise({ backend: fsBackend({ dir: ".reprise" }), retry: retryProvider() });
