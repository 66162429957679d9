/** A part of the tour: what it is about, and the commands whose output it shows. */
export interface Chapter {
  readonly title: string;
  readonly text: string;
  /** Files of the project that are shown. */
  readonly files?: readonly string[];
  readonly commands?: readonly string[];
}

export const chapters: readonly Chapter[] = [
  {
    title: "The project",
    text: "An agent reads pages, has them summarised, asks whether to publish, and publishes. What it does is recorded in `.reprise`.",
    files: ["pipeline.ts", "main.ts"],
    commands: ["node main.ts"],
  },
  {
    title: "What is there",
    text: "The program has ended; the run waits. `list` reads heads only, `show` draws what was recorded, and `tail` gives it as lines, live while a process is at the run.\nThe agent is still open: it is entered again when the run goes on.",
    commands: ["npx reprise list", "npx reprise show monday", "npx reprise tail monday"],
  },
  {
    title: "Answering",
    text: "An answer is kept until the run goes on, whichever process resumes it. `wake` resumes what is due with the actors of `reprise.config.ts`: nothing is fetched or summarised again.\nWith `--json`, which every command takes, programs can read what is printed. Of events, inputs and results are in it only with `--values`; `show` and `diff` are about them, and have them always.",
    files: ["reprise.config.ts"],
    commands: ["npx reprise pending", "npx reprise answer monday approval true", "npx reprise wake", "npx reprise show monday --no-summary", "npx reprise stats monday", "npx reprise events monday --under digest::approval --json --values"],
  },
  {
    title: "Positions",
    text: "A checkpoint is a position with a name; `diff`, `rewind` and `fork` take them. `diff` exits with 1 where something differs.",
    commands: ["npx reprise checkpoints monday", "npx reprise diff monday@10 @20"],
  },
  {
    title: "Another way on",
    text: "A fork begins like the run and goes its own way; the original is untouched. What would come of it is shown first. What must not happen twice is refused until it is allowed by name or, as here, is given a value.",
    commands: [
      "npx reprise fork monday --from digest::summarise::tool_call --dry-run",
      "npx reprise fork monday --from digest::summarise::tool_call --id tuesday --yes",
      "npx reprise fork monday --from digest::summarise::tool_call --id tuesday --pin 'digest::publish::tool_call=\"rehearsed\"' --yes",
      "npx reprise list --parent monday",
    ],
  },
  {
    title: "Moving a run",
    text: "A run travels as one file; under a new id it is a copy that knows where it came from.",
    commands: ["npx reprise export monday --out monday.reprise", "npx reprise import monday.reprise --id copy", "npx reprise list"],
  },
  {
    title: "Is everything as it should be?",
    text: "`verify` reads every byte of every run. What cannot be meant gets one line and an exit code.",
    commands: ["npx reprise verify", "npx reprise shwo monday", "npx reprise show sunday"],
  },
];
