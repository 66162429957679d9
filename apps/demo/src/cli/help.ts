/** What `--help` prints. */
export function helpText(program: string): string {
  return `A dependency audit that survives kill -9.

Usage
  ${program} [options]               run an audit, kill it in the middle, resume it
  ${program} resume <id> [options]   continue a run, or read a finished one from its journal
  ${program} list                    show the runs of the state directory
  ${program} flow [--fast]           a job with retries goes from one host to another, in three ways; --fast: its work takes no time

Options
  --dir <folder>            the folder whose installed packages are audited (default: this workspace)
  --state-dir <folder>      where runs, reports and the log are kept (default: ./reprise-demo)
  --backend fs|memory       where the journal lives (default: fs; also REPRISE_BACKEND); memory cannot survive a kill
  --seed <n>                decides what the demo's advisory service invents and when it fails (default: 1)
  --crash-at <n>            kill the process right after its n-th write to the journal (default: in the middle)
  --no-kill                 just run the audit
  --no-resume               leave the killed run dead, for list and resume
  --allow-repeat <address>  with resume: this call may run again although it may have happened already
  --verbose, --quiet        a line per event; neither progress nor tree
  --json                    one JSON object on stdout, everything else on stderr
  -h, --help                this page

Environment
  OPENAI_BASE_URL, OPENAI_API_KEY   triage with any OpenAI-compatible endpoint (model: OPENAI_MODEL) instead of local rules
  REPRISE_BACKEND                   see --backend
  NO_COLOR                          no colours

Exit codes
  0 done   1 the audit failed and can be resumed   2 wrong usage   3 a person has to decide   4 the state directory or a journal is in the way
`;
}
