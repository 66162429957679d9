import { firstAnswer, type AnswerAfter } from "./answers.ts";
import { live, StuckError, type Life, type LifeOptions } from "./life.ts";
import { lifeFault } from "./observe.ts";

// More than any program asks for.
const mostLives = 1_000;

/** A life; where the run is suspended, the next begins when somebody answers or it is due, until it ends or dies. */
export async function liveThrough(options: LifeOptions): Promise<Life> {
  const never: AnswerAfter = () => undefined;
  let life = await live(options);
  for (let lives = 1; life.outcome?.status === "awaiting"; lives += 1) {
    const fault = lifeFault(life);
    if (fault !== undefined) throw new StuckError(fault);
    const now = Math.min(life.outcome.wakeAt ?? Number.POSITIVE_INFINITY, firstAnswer(life.disk.events, options.answerAfter ?? never));
    if (now === Number.POSITIVE_INFINITY || lives === mostLives) throw new StuckError(`the run is suspended for ever: it waits for ${life.outcome.pending.map(({ address }) => address).join(", ")}`);
    life = await live({ ...options, disk: { ...life.disk, snapshot: life.disk.snapshot, now } });
  }
  return life;
}
