/** How often each approval is tried: `REPRISE_APPROVALS`, or 6. */
export function approvalRounds(): number {
  const text = process.env["REPRISE_APPROVALS"];
  if (text === undefined || text === "") return 6;
  const rounds = Number(text);
  if (!Number.isSafeInteger(rounds) || rounds < 1) throw new TypeError(`REPRISE_APPROVALS must be a whole number from 1, got ${JSON.stringify(text)}`);
  return rounds;
}
