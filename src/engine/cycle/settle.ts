import { type Problem, SyncError } from '../../core/errors.ts';
import { coveredBy } from '../../core/format/tree.ts';
import { parseSyncPath, type SyncPath } from '../../core/paths/sync-path.ts';
import { conflictName } from '../../core/plan/plan.ts';
import type { ApplyIntent, LocalFiles, StagingRun } from '../ports.ts';
import type { RegisterState } from '../remote/register.ts';
import type { RemoteLog } from '../remote/remote-log.ts';
import type { Scan } from '../root/scan.ts';
import type { BaseStore, JournaledCommit } from '../state/base-store.ts';
import type { Ledger } from '../state/ledger.ts';
import { ancestryOf } from './ancestry.ts';
import type { Run } from './run.ts';

/**
 * Journaled commits whose outcome is now known go into the base, or away. Those that may still land stay, and those that the history
 * does not reach back to: the commit that was last seen here stands no later, so it is asked before anything is done without them.
 */
export async function settleCommits(
  base: BaseStore,
  ledger: Ledger,
  state: RegisterState,
  log: RemoteLog,
  signal?: AbortSignal,
) {
  const journal = await base.journal();
  if (journal.length === 0) return;
  const open = [];
  for (const commit of journal) {
    const id = { id: commit.commitId, generation: commit.generation };
    const ancestry = await ancestryOf(id, state.head, log, signal);
    const isAsked = ancestry === 'cut' && ledger.meta.newest !== null;
    if (ancestry === 'related') advance(ledger, commit);
    else if (isAsked || mayLand(commit, state)) open.push(commit);
  }
  await ledger.save();
  if (open.length < journal.length) await base.setJournal(open);
}

/**
 * What the commit says becomes the base. Not where it overruled a version that was brought to this disk since, while nobody could see yet
 * that the commit would land: that version is no change of a person, and as the base is it gives way to what was decided.
 */
function advance(ledger: Ledger, { entries, removed, overruled = [] }: JournaledCommit): void {
  const before = new Map(overruled);
  const stands = (path: SyncPath) =>
    !before.has(path) || (ledger.entries.get(path)?.sha256 ?? null) === before.get(path);
  ledger.advance(
    entries.filter(({ path }) => stands(path)),
    removed.filter(stands),
  );
}

/** Where the base is discarded, so is what waits to go into it; what may still land stays. */
export async function forgetCommits(base: BaseStore, state: RegisterState): Promise<void> {
  const journal = await base.journal();
  const open = journal.filter((commit) => mayLand(commit, state));
  if (open.length < journal.length) await base.setJournal(open);
}

const mayLand = ({ named }: JournaledCommit, { etag }: RegisterState): boolean => etag === named;

/** For so long a program may still hold a file that was moved aside, and write to it; then that is looked at. */
const SETTLE_MS = 24 * 3_600_000;
/** How long what was moved aside can be had back. */
export const KEPT_MS = 14 * SETTLE_MS;
/** Of all that is past its first day; the oldest goes first. */
const KEPT_BYTES = 10 * 2 ** 30;

/**
 * Before a scan: what a run that died has moved aside and not replaced goes back to its path, and folders that it has emptied go;
 * what somebody wrote into a moved file becomes a conflict copy, after a day and before it is dropped. Gives the intents of a run
 * that died, for `settleIntents`: what it did is durable by then.
 */
export async function sweepStaging(run: Run): Promise<{ intents: readonly ApplyIntent[]; problems: Problem[] }> {
  const { files, options } = run;
  const { base, clock, skip } = run.parts;
  const now = clock.now();
  const problems: Problem[] = [];
  const openRun = await base.openRun();
  let intents: readonly ApplyIntent[] = [];
  const ended = await files.sweep();
  let bytes = ended.reduce((sum, { settledBytes }) => sum + (settledBytes ?? 0), 0);
  for (const { run: id, startedAt, settledBytes } of ended) {
    const age = now - startedAt;
    const isOver = age > KEPT_MS || (settledBytes !== null && bytes > KEPT_BYTES);
    const isDue = isOver || (age > SETTLE_MS && settledBytes === null);
    const found = id === openRun || isDue ? await files.readRun(id) : null;
    if (found === null) continue;
    if (id === openRun) {
      intents = found.intents;
      await pruneRemoved(files, found.intents);
    }
    const isUnexplained = await settleAsides(run, found, id === openRun, problems);
    if (isUnexplained || !isDue) continue;
    if (isOver) bytes -= settledBytes ?? 0;
    await (isOver ? files.dropRun(id) : keepRun(files, id));
  }
  // Of every folder, for a person may have moved those that it changed. What the base knew before, and a power cut undid, would look
  // like a change of that person.
  if (intents.length > 0) await files.persistNames(skip, options.signal);
  return { intents, problems };
}

/** Its first day is over: what is left of it can be had back for a while. */
async function keepRun(files: LocalFiles, run: string): Promise<void> {
  const { asides, intents } = (await files.readRun(run)) ?? { asides: [], intents: [] };
  if (asides.length === 0 && intents.every(({ undoes }) => undoes === undefined)) return files.dropRun(run);
  await files.settleRun(
    run,
    asides.reduce((sum, { size }) => sum + size, 0),
  );
}

/** An empty folder that a removal has left would keep out the file that comes in its place. */
async function pruneRemoved(files: LocalFiles, intents: readonly ApplyIntent[]): Promise<void> {
  for (const { path, becomes } of intents) {
    // A folder that cannot be searched is trouble of its paths alone: the scan names them.
    if (becomes === null && (await isThere(files, path)) === false) await files.prune(path);
  }
}

/** True when something could not be explained and stays. */
async function settleAsides(
  { files, ledger, parts: { log }, conflictSuffix }: Run,
  run: StagingRun,
  died: boolean,
  problems: Problem[],
): Promise<boolean> {
  const intents = new Map<string, ApplyIntent[]>();
  for (const intent of run.intents) intents.set(intent.path, [...(intents.get(intent.path) ?? []), intent]);
  let kept = false;
  // The latest of a path first: where one run replaced it twice, only that one may have to go back.
  for (const { path, name } of run.asides.toSorted((one, other) => layerOf(other.name) - layerOf(one.name))) {
    const known = intents.get(path) ?? [];
    const last = known.at(-1);
    // Must be known: what does not go back now would look removed by a person from then on.
    if (died && last && mayBeUnlinked(ledger, last) && (await files.stat(path)) === null) {
      const sha256 = await files.hashAside(name);
      // One that could not be explained would become a conflict copy, too.
      const answer = await files.restore(
        name,
        path,
        known.some(({ expected }) => expected === sha256),
      );
      log.info(`${path} was moved aside by a run that died; put back (${answer.kind})`);
      kept ||= answer.kind !== 'done';
      continue;
    }
    const sha256 = await files.hashAside(name);
    if (known.some(({ expected }) => expected === sha256)) continue;
    const there = await isThere(files, path);
    const copy = there === null ? null : parseSyncPath(there ? conflictName(path, conflictSuffix, () => false) : path);
    const answer = copy?.ok === true ? await files.restore(name, copy.value) : null;
    if (copy?.ok === true && answer?.kind === 'done') {
      problems.push({ path, reason: `a version that was written while it was replaced is kept as ${copy.value}` });
    } else {
      kept = true;
      problems.push({
        path,
        reason: `a version that cannot be explained is kept in ${files.root}/.datastore-staging/${run.run}`,
      });
    }
  }
  return kept;
}

/** Null: it cannot be looked at. */
async function isThere(files: LocalFiles, path: string): Promise<boolean | null> {
  try {
    return (await files.stat(path)) !== null;
  } catch (error) {
    if (error instanceof SyncError && error.kind === 'local') return null;
    throw error;
  }
}

/** Asides are named `<run>/aside/<layer>/<path>`, and a later layer is a later replacement. */
const layerOf = (name: string): number => Number(name.split('/')[2]);

/** Where the base has it the link was made, and who is absent since was removed by a person. Of an undo the base says nothing. */
const mayBeUnlinked = (ledger: Ledger, { path, becomes, undoes }: ApplyIntent): boolean =>
  becomes !== null && (undoes !== undefined || recorded(ledger, path) !== becomes);

function recorded(ledger: Ledger, path: string): string | null {
  const parsed = parseSyncPath(path);
  return parsed.ok ? (ledger.entries.get(parsed.value)?.sha256 ?? null) : null;
}

/**
 * What a run that died had brought to disk is the base now: else a colleague's later revert would look like our change. What an
 * undo has brought never is: it is its person's change.
 */
export function settleIntents(ledger: Ledger, intents: readonly ApplyIntent[], scan: Scan): void {
  const lasts = new Set(new Map(intents.map((intent) => [intent.path, intent])).values());
  for (const intent of intents) {
    const { becomes, undoes } = intent;
    const parsed = parseSyncPath(intent.path);
    if (!parsed.ok) continue;
    const path = parsed.value;
    const local = scan.files.get(path);
    if (local && undoes === undefined && local.sha256 === becomes)
      ledger.advance([{ path, sha256: local.sha256, stamp: local.stamp, seenAt: scan.at }], []);
    if (local || coveredBy(scan.unknown, path) || scan.isExcluded(path)) continue;
    // Moved aside when the power went, and lost there with the folder it was moved to: that is no removal by a person.
    const isLost = lasts.has(intent) && mayBeUnlinked(ledger, intent);
    if (isLost || (becomes === null && undoes === undefined)) ledger.advance([], [path]);
  }
}
