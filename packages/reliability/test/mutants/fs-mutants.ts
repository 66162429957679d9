import type { Mutant } from "./mutant.ts";

const removed = (guard: string, file: string, from: string, by: Mutant["by"], to = ""): Mutant => ({ guard, project: "backend-fs", edits: [{ file: `src/${file}.ts`, from, to }], by });
const always = (mutant: Mutant): Mutant => ({ ...mutant, always: true });
const overtaken = "if (fencedBy !== undefined) throw new Overtaken(fencedBy);";

/** Every guard of backend-fs, taken out. */
export const fsMutants: readonly Mutant[] = [
  // Acknowledging
  always(removed("appends are synced before they are acknowledged", "commit-queue", "if (!segment.isSynced) await segment.sync();", "crashes")),
  always(removed("appends look for a newer epoch before they are acknowledged", "commit-queue", overtaken, "crashes")),
  removed("a failure ends the queue", "commit-queue", "    this.fail(failure);\n  }\n\n  #failureOf", "test/faults.test.ts", "  }\n\n  #failureOf"),
  removed("a group that was under way when the queue ended is not acknowledged", "commit-queue", "if (this.#failure !== undefined) throw this.#failure(true);", "test/guards.test.ts"),
  removed("what is acknowledged without a sync is synced a little later", "commit-queue", "      this.#syncLater();\n", "test/faults.test.ts"),
  removed("a newer epoch is seen", "segment-writer", "if ((await this.#io.look(this.#nextPath)) !== undefined) return `epoch ${this.epoch} was taken over by epoch ${this.epoch + 1}`;", "crashes"),
  {
    guard: "the next epoch is looked for before our own file",
    project: "backend-fs",
    edits: [
      { file: "src/segment-writer.ts", from: "if (await this.isInPlace()) return undefined;", to: "if (early) return undefined;" },
      { file: "src/segment-writer.ts", from: "if ((await this.#io.look(this.#nextPath)) !== undefined)", to: "const early = await this.isInPlace();\n      if ((await this.#io.look(this.#nextPath)) !== undefined)" },
    ],
    by: "test/guards.test.ts",
  },
  always(removed("a run that was removed and made anew is another one", "segment-writer", "return found?.device === device && found.inode === inode;", "test/heartbeat.test.ts", "return found !== undefined || device === inode;")),
  removed("who makes a segment looks for newer ones", "segment-writer", "    if (newest !== this.epoch) throw new Overtaken(`epoch ${this.epoch} was overtaken before it began: the newest is ${newest ?? \"gone with the run\"}`);\n", "test/guards.test.ts"),
  removed("who makes a segment fences those that cannot see it", "segment-writer", "      await createUnlessPresent(this.#io, segmentPath(this.#run, epoch + 1));\n", "test/guards.test.ts"),
  removed("a lost segment is not replaced", "segment-writer", "      if (await this.#isAnyWritten(epochs.slice(1, index))) return;\n", "test/faults.test.ts"),
  removed("a segment that was never written to fences nobody else", "segment-writer", ".size > 0) return true", "test/guards.test.ts", ".size >= 0) return true"),
  removed("who goes on still has the segment that is to be continued", "next-segment", "if (!(await current.isInPlace())) throw", "test/guards.test.ts", "if (current.epoch < 0) throw"),
  removed("an epoch is claimed by whoever creates its file first", "segment-writer", "await io.create(segmentPath(run, epoch))", "crashes", "(await io.unlink(segmentPath(run, epoch)).catch(() => undefined), await io.create(segmentPath(run, epoch)))"),
  removed("files are created exclusively", "real-io", "constants.O_CREAT | constants.O_EXCL | noFollow, fileMode", "conformance", "constants.O_CREAT | noFollow, fileMode"),
  removed("an append names the end it was made for", "fs-writer", "if (expect !== queuedSeq) throw", "conformance", "if (expect < 0) throw"),

  // Taking over
  removed("the name of the segment is durable before an acquire resolves", "open-segment", "[run.directory, run.fanOut, paths.runs, paths.root] : [run.directory]", "crashes", "[run.fanOut, paths.runs, paths.root] : []"),
  removed("the directories above a new run are durable before it is acquired", "open-segment", "[run.directory, run.fanOut, paths.runs, paths.root]", "crashes", "[run.directory]"),
  removed("the header and what was logged anew are durable before they are shown", "fill-segment", "write(chunk);\n  await segment.sync();\n", "crashes", "write(chunk);\n"),
  removed("a seal proves what took the place of many segments", "open-segment", "  if (gathered) await sealSegment(segment);\n", "test/scattered.test.ts"),
  removed("an acquire that was overtaken starts again", "open-segment", overtaken, "test/guards.test.ts"),
  always(removed("what is not proven to be durable is logged anew", "plan-segment", "const proven = isLast ? segment.scan.proven : segment.scan.end;", "crashes", "const proven = segment.scan.end;")),
  removed("the journal is compared with what head.json knows", "open-segment", "  checkAgainstHead(run, journal, head);\n", "test/faults.test.ts"),
  removed("a run that is there is read, and only the first segment goes without", "open-segment", "(epochOf(name) ?? epoch) === epoch && ", "test/faults.test.ts"),
  removed("a run is not new where head.json knows of it", "open-segment", " && name !== basename(run.head)", "test/faults.test.ts"),
  removed("a run that exists is not made", "acquire-run", "if (newest > 0 && create === \"must\" &&", "conformance", "if (newest < 0 && create === \"must\" &&"),
  removed("a journal that could not be opened is looked at before another epoch is spent", "acquire-run", "if (lease?.failed === true) await checkJournal(context, run, options.create);", "test/faults.test.ts"),
  removed("a segment without a lease is given a moment", "acquire-run", "return this.#unsettled.since + settleMs - now;", "test/guards.test.ts", "return 0;"),
  removed("a live holder is waited for", "acquire-run", "if (now >= this.#deadline) throw new LeaseHeldError(this.#run.stateId, lease);", "conformance", "if (now >= this.#deadline) return 0;"),
  removed("the epochs of a removed run are not used again", "acquire-run", "(newest === 0 ? await buriedEpoch(io, run) : newest) + 1", "crashes", "newest + 1"),

  // Letting go
  removed("what list knows of a run that is let go is durable", "fs-writer", "head.save({ sync: durability === \"power\" })", "test/faults.test.ts", "head.save()"),
  removed("a head.json that is in place already is synced, with what is in it", "run-head", "() => io.syncFile(run.head), ", "test/faults.test.ts"),
  removed("a head.json that is in place already is synced, with its name", "run-head", ", () => io.syncDirectory(run.directory)]", "test/faults.test.ts", "]"),

  // Going on in another segment
  removed("the lease names the next segment", "next-segment", "    await lease.moveTo(epoch);\n", "test/roll.test.ts"),
  removed("the name of the next segment is durable", "next-segment", "    await io.syncDirectory(run.directory);\n", "crashes"),
  removed("the next segment is durable before the seal says so", "fill-segment", "write(chunk);\n  await segment.sync();\n", "test/compact.test.ts", "write(chunk);\n"),
  removed("a seal proves the next segment", "next-segment", "    await sealSegment(segment);\n", "test/compact.test.ts"),
  removed("the next segment is not written on by one who was overtaken", "next-segment", overtaken, "test/guards.test.ts"),
  removed("a journal that goes on says what comes before it", "fs-writer", "previous: { epoch, length }, relogged: []", "crashes", "previous: null, relogged: []"),

  // Reading
  removed("each frame names the one before it", "scan-segment", " || frame.previous !== previous", "test/damage.test.ts"),
  removed("frames of other epochs do not fit", "scan-segment", "frame.epoch !== epoch || frame.previous", "test/damage.test.ts", "frame.previous"),
  removed("no frame knows that something behind it is durable", "scan-segment", " || frame.synced > frame.offset", "test/damage.test.ts"),
  removed("the checksum of a frame is compared", "scan-segment", "    if (!reader.isIntact(frame)) break;\n", "test/damage.test.ts"),
  removed("a broken chain is searched for damage", "scan-segment", "damage: end < bytes.length ? damageAt(bytes, end, epoch, reader) : undefined", "test/damage.test.ts", "damage: undefined"),
  removed("what is not proven is a torn end", "scan-segment", " || frame.synced <= offset", "test/damage.test.ts"),
  removed("the search behind a broken frame is bounded", "scan-segment", "if (budget < 0) return", "test/damage.test.ts", "if (budget < -Infinity) return"),
  removed("a frame ends with a line feed", "frame", " || bytes[end - 1] !== lineFeed", "test/damage.test.ts"),
  removed("a header ends with a space", "frame", " || bytes[offset + headerLength - 1] !== space", "test/damage.test.ts"),
  removed("a digit has one spelling", "frame", "digits.includes(byte) ? digits.indexOf(byte) : notADigit", "test/damage.test.ts", "digits.includes(byte) ? digits.indexOf(byte) : byte >= 65 && byte <= 70 ? byte - 55 : notADigit"),
  removed("the checksums of a run are its own", "paths", "seed: crc32c(Buffer.from(stateId, \"utf8\"))", "test/damage.test.ts", "seed: 0"),
  removed("damage is thrown", "load-journal", "if (scan.damage !== undefined) throw damaged(path, scan.damage.offset, scan.damage.reason);", "test/damage.test.ts"),
  removed("a segment counts with all that was logged anew only", "load-journal", "if (header !== undefined && scan.frames.length > reloggedFrames(header))", "crashes", "if (header !== undefined)"),
  removed("what a later segment relies on is whole", "load-journal", "if (scan.end !== pin.length || header === undefined) {", "test/damage.test.ts", "if (header === undefined) {"),
  removed("seqs have no gaps", "load-journal", "if (frame.firstSeq !== last + 1) throw", "test/damage.test.ts", "if (frame.firstSeq < 0) throw"),
  removed("the lengths of a group's records add up", "record-payload", "return at === frame.payloadEnd ? records : undefined;", "src/record-payload.test.ts", "return records;"),

  // What is written beside the journal
  removed("head.json has a checksum", "run-head", " || check !== checkOf(head)", "test/guards.test.ts"),
  removed("head.json knows how many records were durable", "run-head", "if (head.provenSeq > journal.lastSeq) {", "test/faults.test.ts", "if (head.provenSeq < 0) {"),
  removed("head.json knows the newest segment", "run-head", "if (head.epoch > newest.epoch) {", "test/faults.test.ts", "if (head.epoch < 0) {"),
  removed("a head of an earlier run with the id says nothing", "run-head", "  if (head.born < newest.header.born) return;\n", "test/guards.test.ts"),
  removed("a damaged head is no missing run", "run-head", "  if (head instanceof CorruptError && journal === undefined) throw head;\n", "test/damage.test.ts"),
  always(removed("a fenced writer leaves head.json and lease.json alone", "fs-writer", "    if (fencedBy !== undefined) return fencedBy;\n    try {", "test/guards.test.ts", "    if (fencedBy === \"\") return fencedBy;\n    try {")),
  removed("a beat notices that somebody has taken over", "fs-writer", "    if (fencedBy !== undefined) this.#queue.fail((indeterminate) => new FencedError(this.stateId, fencedBy, { indeterminate }));\n", "test/heartbeat.test.ts"),
  removed("who cannot beat stops", "fs-writer", "if (system.monotonic() - this.#beatenAt >= ttlMs) this.#queue.fail(this.#leaseLost(error));", "test/heartbeat.test.ts", "void error;"),
  removed("a beat never undoes a release", "lease-keeper", "      if (this.#lease.released) return;\n", "test/guards.test.ts"),
  removed("a released lease is free", "lease-judge", "if (lease === undefined || lease.released) {", "src/lease-judge.test.ts", "if (lease === undefined) {"),
  removed("a dead process holds nothing", "lease-judge", "return fate === \"gone\" || isOursAndDead", "src/lease-judge.test.ts", "return isOursAndDead"),
  removed("a dead writer of this process holds nothing", "lease-judge", "fate === \"gone\" || isOursAndDead(lease, processes, tokens)", "src/lease-judge.test.ts", "fate === \"gone\""),
  removed("nobody is taken over sooner than announced", "lease-judge", "Math.max(ttlMs, lease.ttlMs)", "src/lease-judge.test.ts", "ttlMs"),

  // Removing
  removed("the epochs of a run are remembered before it is removed", "remove-run", "  await bury(io, paths, run, newest, token);\n", "crashes"),
  removed("the epoch of one who took over meanwhile is remembered, too", "remove-run", "  if (last > newest) await bury(io, paths, run, last, token);\n", "test/guards.test.ts"),
  removed("a removal is durable", "remove-run", "  await io.syncDirectory(run.fanOut);\n  await io.syncDirectory(paths.trash);\n", "crashes"),
  removed("a removal needs the run's writer", "remove-run", "  await writer.renew();\n", "conformance"),
  removed("a tombstone is durable before it has its name", "tombstone", "sync: true", "crashes", "sync: false"),
  removed("the name of a tombstone is durable", "tombstone", "  await io.syncDirectory(store.tombstones);\n", "crashes"),
  removed("the directory of the tombstones is durable", "tombstone", "  await io.syncDirectory(store.root);\n", "crashes"),

  // The store
  removed("the store's file is durable before anything is in it", "store-file", "if (!marked) await createStoreFile(io, paths, system);\n  await io.syncDirectory(paths.root);\n", "crashes", "if (!marked) await createStoreFile(io, paths, system);\n"),
  removed("a foreign directory is left alone", "store-file", "if (foreign.length === 0) return false;", "test/store.test.ts", "if (foreign.length >= 0) return false;"),
  removed("a store that is another one is looked at again", "known-store", "one.device === other?.device && one.inode === other.inode", "test/store.test.ts", "other !== undefined"),
  removed("a newer store is left alone", "store-file", "if (format === storeFormat) return;", "test/store.test.ts", "if (format !== 0) return;"),
  removed("a newer segment is left alone", "segment-header", "header?.format !== undefined && header.format !== segmentFormat", "test/store.test.ts", "header?.format === 0"),

  // Messages
  removed("a message is durable before it has its name", "inbox", "        await file.datasync();\n", "crashes"),
  removed("the name of a message is durable", "inbox", "    await io.syncDirectory(run.inbox);\n", "crashes"),
  removed("the name of the inbox is durable", "inbox", "  await io.syncDirectory(run.directory);\n", "crashes"),
  removed("a message has a checksum", "inbox", "if (Buffer.compare(content.subarray(0, checksumLength), checksumLine(bytes, run)) === 0) return bytes;", "test/verify.test.ts", "if (content.length > 0) return bytes;"),
  removed("a message that waits is not left twice", "inbox", "    if (waiting.some((entry) => entry.id === id)) return;\n", "conformance"),
  removed("a number is taken by whoever creates its file first", "inbox", "      if (errnoOf(error) !== \"EEXIST\") throw error;\n    }\n  }\n}\n\nfunction newestNumber", "test/guards.test.ts", "      throw error;\n    }\n  }\n}\n\nfunction newestNumber"),

  // Artifacts
  removed("what is put in place was synced", "replace-file", "      if (sync) await file.datasync();\n", "test/artifacts.test.ts"),
  removed("the name of an artifact is durable", "artifact-store", "    if (sync) await io.syncDirectory(dirname(path));\n    return existed;", "test/artifacts.test.ts", "    return existed;"),
  removed("the directories of artifacts are durable", "artifact-store", "    if (sync) await io.syncDirectory(dirname(path));\n  }\n\n  async #makeRoot", "test/artifacts.test.ts", "  }\n\n  async #makeRoot"),
  removed("directories above the store are durable, whoever made them", "ensure-directory", "      await io.syncDirectory(dirname(directory));\n", "test/artifacts.test.ts", "      if (created.includes(directory)) await io.syncDirectory(dirname(directory));\n"),
  removed("an artifact is what its id says", "artifact-store", "if (contentIdOf(bytes) !== id) throw", "test/artifacts.test.ts", "if (id === \"\") throw"),
  removed("a put makes what it finds young", "artifact-store", "Buffer.compare(found, content) === 0 && (await touchIfPresent(this.#settings.io, path))", "collections", "Buffer.compare(found, content) === 0"),
  removed("a put notices that what it found is gone", "replace-file", "(await ifPresent(io.touch(path).then(() => true))) ?? false", "collections", "(await ifPresent(io.touch(path).then(() => true))) ?? true"),
  removed("what is damaged is written anew", "artifact-store", "found !== undefined && Buffer.compare(found, content) === 0", "test/artifacts.test.ts", "found !== undefined"),
  removed("what was thrown away is found", "artifact-store", "(await look()) ?? ((await this.#trash.rescue(id)) ? look() : undefined)", "collections", "await look()"),
  {
    guard: "a collector looks again at what it has thrown away, at once and before it deletes it",
    project: "backend-fs",
    edits: [
      { file: "src/collect-contents.ts", from: "if (entry !== undefined && (await isPutSince(entry.path))) await trash.restore(entry);", to: "void entry;" },
      { file: "src/collect-contents.ts", from: "alive.has(id) || (await isPutSince(path))", to: "alive.has(id) || path === \"\"" },
    ],
    by: "collections",
  },
  removed("a collector leaves young contents alone", "collect-contents", "if (!(await isPutSince(join(contents, fanOut, id)))) await throwAway(id);", "collections", "await throwAway(id);"),
  removed("what was thrown away is given a grace", "collect-contents", "} else if (entry.sinceMs > olderThan) {", "test/artifacts.test.ts", "} else if (entry.sinceMs > Infinity) {"),
  removed("what is put back is young", "artifact-trash", "(await touchIfPresent(this.#io, path)) && this.#move", "test/artifacts.test.ts", "this.#move"),
  removed("what is put back is whole", "artifact-trash", "if (contentIdOf(content) !== id) {", "test/artifacts.test.ts", "if (id === \"\") {"),
];
