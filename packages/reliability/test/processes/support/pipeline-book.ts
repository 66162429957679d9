/** What the processes of one run have said, in the order in which they lived; and what is wrong with it. */
export class PipelineBook {
  readonly values = new Map<number, string>();
  readonly problems: string[] = [];
  readonly #answers: ReadonlyMap<number, string>;
  completed = false;

  /** `answers` are those that were given by then, by step. */
  constructor(answers: ReadonlyMap<number, string>) {
    this.#answers = answers;
  }

  enter(line: string): void {
    const [word, ...rest] = line.split(" ");
    const [first = "", second = ""] = rest;
    const number = Number(first);
    if (word === "wrong" || (word === "rested" && first !== "awaiting")) this.problems.push(line);
    if (word === "ran" && this.values.has(number)) this.problems.push(`step ${number} ran again after its value had been seen`);
    if (word === "value") {
      if ((this.values.get(number) ?? second) !== second) this.problems.push(`the value of step ${number} was ${this.values.get(number)}, and is ${second}`);
      this.values.set(number, second);
    }
    if (word === "answer" && this.#answers.get(number) !== second) this.problems.push(`the answer to step ${number} was ${this.#answers.get(number)}, and is ${second}`);
    if (word === "completed") {
      this.completed = true;
      const seen = [...this.values].toSorted(([one], [other]) => one - other).map(([, value]) => value);
      if (rest.join(" ") !== seen.join(" ")) this.problems.push(`it ended with ${rest.join(" ")}, and ${seen.join(" ")} had been seen`);
    }
  }
}
