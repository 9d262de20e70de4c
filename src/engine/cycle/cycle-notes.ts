import type { Commit, CommitPointer } from '../../core/format/records.ts';
import type { SyncReport } from '../../core/status/sync-report.ts';
import type { RegisterState } from '../remote/register.ts';
import type { RemoteView } from '../remote/remote-log.ts';
import type { BaseMeta } from '../state/base-store.ts';
import type { Ledger } from '../state/ledger.ts';
import type { Run } from './run.ts';

/* What a cycle leaves in the ledger for those after it. */

const RECENT = 10;

/** An accepted remote: nothing is known equal any more, so what is planned next deletes nothing. */
export function forgetRemote(ledger: Ledger): void {
  ledger.discard();
  ledger.note({ datastoreId: null, epoch: 0, newest: null });
}

/** The highest ever seen is kept at once: a remote that falls below it was rolled back. */
export function noteHead({ ledger, parts }: Run, { head }: RegisterState): void {
  if (head === null) return;
  const { epoch, newest, datastoreId } = ledger.meta;
  const seen = {
    datastoreId: head.datastoreId,
    epoch: Math.max(epoch, head.epoch),
    newest: newerOf(newest, head.commit),
  };
  if (seen.datastoreId === datastoreId && seen.epoch === epoch && seen.newest === newest) return;
  // With the head itself: where it is gone later, the next process must miss it.
  ledger.note({ ...seen, head: parts.register.cached() });
}

const newerOf = (seen: BaseMeta['newest'], found: CommitPointer | null): BaseMeta['newest'] =>
  found !== null && found.generation > (seen?.generation ?? 0) ? { id: found.id, generation: found.generation } : seen;

/**
 * Before anything of a root is in step: before the first entry of its base, change of its disk, or commit of its own. What is refused,
 * or breaks off earlier, leaves no mark, and the root goes to another remote without a question. Where the base has something, a root
 * without that mark gets a new one only when a cycle has ended: one that broke off leaves no permission behind.
 */
export async function markNewRoot(run: Run): Promise<void> {
  if (run.ledger.entries.size === 0) await markRoot(run);
}

/** A marked root whose base does not know the mark has lost its base: the next sync asks instead of bringing deleted files back. */
export async function markRoot({ files, ledger, parts, options }: Run): Promise<void> {
  const known = ledger.meta.rootMark;
  const found = await files.mark();
  if (known !== null && found === known) return;
  // Whoever let a pull into another folder has not said that the rest shall be deleted: the next sync asks again. Without a base
  // there is no rest.
  if (known !== null && ledger.entries.size > 0 && options.direction === 'pull') return;
  // One that is there stays: two hosts may have this folder, each with a base of its own. A new one is of this folder alone: the one
  // that was in step before, which may come back, is another.
  const mark = found ?? parts.ids.uuid();
  ledger.note({ rootMark: mark });
  // Before the mark itself: a marked root whose base does not know it reads as one that has lost its base.
  await ledger.save();
  if (found === null) await files.setMark(mark, { tool: 'datastore-sync', remote: parts.store.name });
}

/** Makes durable what is done, in the base, and ends what told of it until then: after that it is no longer asked about. */
export async function noteDone({ parts, ledger, committed }: Run): Promise<void> {
  await ledger.save();
  await parts.base.setOpenRun(null);
  if (committed !== null) await parts.base.setJournal([]);
}

/** What was done, what is left, and what of the remote's records is kept here: the rest is dropped. */
export async function noteResult(run: Run, report: SyncReport, view: RemoteView): Promise<void> {
  const { parts, ledger } = run;
  const { meta } = ledger;
  const state = parts.register.known();
  if (state) noteHead(run, state);
  const commit = run.committed ?? view.commit;
  const kept = commit === null ? meta.kept : keptBy(commit, state);
  const open = [
    ...report.conflicts.map(({ path, reason }) => ({ path, reason, conflict: true })),
    ...report.problems.map(({ path, reason }) => ({ path, reason, conflict: false })),
  ];
  const { conflicts, problems, skipped, ...counts } = report;
  const recent = { ...counts, at: parts.clock.now(), conflicts: conflicts.length, problems: problems.length };
  const did = report.uploaded + report.downloaded + report.deletedLocal + report.deletedRemote + open.length > 0;
  ledger.note({
    open,
    skipped: skipped.map(({ path }) => path),
    kept,
    head: parts.register.cached(),
    lastSyncAt: recent.at,
    recent: did ? [recent, ...meta.recent].slice(0, RECENT) : meta.recent,
    ...(commit !== null && isWhole(run, view) ? { commit: { id: commit.id, files: commit.stats.files } } : {}),
  });
  await noteDone(run);
  const stays = new Set(kept);
  for (const sha256 of meta.kept) if (!stays.has(sha256)) await parts.base.drop(sha256);
}

/**
 * Whether nothing of the last commit is left to bring here, but what is in `open`: an approved part of a plan leaves the rest, and a
 * push what others have written, which is nothing where all that it builds on was here before. What was open then still is to be
 * brought, also where a push finds no conflict any more.
 */
function isWhole({ options, ledger }: Run, { commit }: RemoteView): boolean {
  if (options.approved) return false;
  const { commit: before, open } = ledger.meta;
  return options.direction !== 'push' || commit === null || (commit.id === before?.id && open.length === 0);
}

const keptBy = (commit: Commit, state: RegisterState | null): readonly string[] => [
  ...(state?.head?.commit ? [state.head.commit.sha256] : []),
  ...commit.shards.map(({ sha256 }) => sha256),
];
