import { createReprise, type Reprise } from "@reprise/core";
import { seededRandom } from "@reprise/testing";
import { describe, expect, test } from "vitest";
import { startChild, type Child } from "./support/child.ts";
import { PipelineBook } from "./support/pipeline-book.ts";
import { emptyPlace, pause } from "./support/place.ts";
import { report } from "./support/report.ts";
import { codeOf } from "./support/speech.ts";
import { storeKinds } from "./support/store-kind.ts";

// How many processes that execute pipelines are killed: REPRISE_PIPELINE_KILLS=2000 for a long run. When, says REPRISE_PIPELINE_SEED.
const kills = Number(process.env["REPRISE_PIPELINE_KILLS"] ?? 10);
const seed = Number(process.env["REPRISE_PIPELINE_SEED"] ?? 1);
const steps = 12;
const questions = [3, 7, 11];

/** Gives an answer, unless the run has not begun: then it is given another time. */
async function answer(reprise: Reprise, stateId: string, answers: Map<number, string>): Promise<void> {
  const question = questions.find((number) => !answers.has(number));
  if (question === undefined) return;
  answers.set(question, `yes-${question}`);
  try {
    await reprise.answer(stateId, `question-${question}`, `yes-${question}`);
  } catch (error) {
    if (codeOf(error) !== "NOT_FOUND") throw error;
    answers.delete(question);
  }
}

/** Each step and each wait has completed once. */
async function expectOnce(reprise: Reprise, stateId: string, at: string): Promise<void> {
  const completed = (await reprise.history(stateId)).events().filter(({ status, type }) => status === "completed" && (type === "tool_call" || type === "wait_call"));
  expect(completed, at).toHaveLength(steps + questions.length);
  expect(new Set(completed.map(({ address }) => address)).size, at).toBe(completed.length);
}

/** Every fourth time soon, the others after so many steps have run that had not run before. */
async function someMoment(child: Child, random: () => number): Promise<void> {
  const [more, soon, after] = [1 + Math.floor(random() * 5), random() * 70, random() * 15];
  if (random() < 1 / 4) return pause(soon);
  for (let ran = 0, from = 0; ran < more; ran += 1) {
    const line = await child.line("ran", from);
    from = child.lines.indexOf(line, from) + 1;
  }
  return pause(after);
}

describe.each(Object.values(storeKinds))("$name", (kind) => {
  test(`G3, G12, R1: ${kills} processes that execute pipelines with steps, artifacts, storage and answers are killed (seed ${seed}): what their code has seen stays, and runs once`, { timeout: 120_000 + kills * 8_000 }, async () => {
    const random = seededRandom(seed);
    const place = await emptyPlace();
    const reprise = createReprise({ backend: kind.open(place) });
    let [run, killed, seen] = [0, 0, 0];
    let answers = new Map<number, string>();
    let book = new PipelineBook(answers);
    let next = startChild("pipeline.ts", kind.name);
    while (killed < kills) {
      const stateId = `run-${run}`;
      const at = `${stateId} of seed ${seed}, after ${killed} kills`;
      const child = next;
      await child.line("ready");
      next = startChild("pipeline.ts", kind.name);
      child.send(`go ${place} ${stateId} ${steps}`);
      const rested = Promise.race([child.line("completed"), child.line("rested"), child.line("wrong")]).then(() => true, () => false);
      const moment = someMoment(child, random).then(() => false, () => false);
      if (random() < 0.7) await answer(reprise, stateId, answers);
      if (!(await Promise.race([rested, moment]))) killed += 1;
      await child.kill();
      for (const line of child.lines) book.enter(line);
      expect(book.problems, at).toEqual([]);
      if ((await reprise.head(stateId)) === undefined) continue;
      expect((await reprise.verify(stateId)).findings, at).toEqual([]);
      if (!book.completed) continue;
      await expectOnce(reprise, stateId, at);
      seen += book.values.size;
      run += 1;
      answers = new Map();
      book = new PipelineBook(answers);
    }
    await next.kill();
    expect(seen + book.values.size).toBeGreaterThan(0);
    report(`${kind.name}: ${killed} processes killed over ${run} completed runs, ${seen + book.values.size} values seen`);
    await reprise.close();
  });
});
