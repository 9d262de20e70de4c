import { SyncError } from '../../core/errors.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import { bytesText, countText } from '../../core/quantities.ts';
import { compareTrees } from '../../core/setup/setup-compare.ts';
import type { SetupStep } from '../../core/setup/setup-plan.ts';
import type { Scan } from '../root/scan.ts';
import { comparedFiles, copyOver, HeldConflicts, readFolder, share, withheldIn } from './migrate.ts';
import { refuseUnknown } from './migrate-copy.ts';
import type { RemoteSide } from './setup-ports.ts';
import { knownOf, type Work, withSignal } from './setup-work.ts';

/** Rounds with a source that is being written to, before it is said. */
const ROUNDS = 3;

/**
 * Every byte on every side read again: the source's folder against the target's, that against its remote, and a folder that came from a
 * remote against that. What moved meanwhile is brought along. SyncError unless all is equal.
 */
export async function verifyTarget(work: Work, { from }: Extract<SetupStep, { kind: 'verify' }>): Promise<void> {
  const { target, source } = work;
  const [remote, old] = work.isConfigured ? [null, null] : [work.remote, work.old];
  for (let round = 1; ; round += 1) {
    const here = await readFolder(work, target.folder);
    const there = from === null || from === target.folder ? here : await readFolder(work, from, source?.config);
    refuseUnknown(work.parts.folders.open(target.folder), here);
    if (from !== null) refuseUnknown(work.parts.folders.open(from), there);
    const { missing, different, otherTime } = compareTrees(comparedFiles(there), comparedFiles(here));
    const known = knownOf(work);
    const unequal = [...missing, ...different];
    const withheld = withheldIn(work);
    const held = new Map(
      unequal.flatMap((path) => {
        const reason = withheld(path);
        return reason === null ? [] : [[path, { path, reason }] as const];
      }),
    );
    const late = unequal.filter((path) => !held.has(path) && known[path] !== shaOf(there, path));
    const isMoving = late.length > 0;
    const waits = isMoving ? 0 : await pendingOn(work, remote);
    if (!isMoving && waits === 0) {
      if (old !== null) await requireComplete(work, old, there);
      if (remote === null && (work.remote === null || work.verified === null)) work.reached = totalOf(here);
      work.verified = there;
      if (target.kind === 'folder') work.problems = [...held.values()];
      work.unmatched = {
        withheld: held.size,
        changed: unequal.length - held.size,
        otherTime: otherTime.filter((path) => isBrought(work, there, path)).length,
      };
      const contents = [...there.files].flatMap(([path, { sha256 }]) => (held.has(path) ? [] : [[path, sha256]]));
      work.record = { ...work.record, verified: { ...work.record.verified, ...Object.fromEntries(contents) } };
      return tellEqual(work, here, otherTime);
    }
    if (round === ROUNDS) throw moving(from ?? target.folder);
    if (isMoving && from !== null && from !== target.folder) await copyOver(work, from, target.folder);
    if (remote !== null) await share(work, remote);
  }
}

/** What both sides have, and what waits on either. */
async function tellEqual(
  { remote, isConfigured, options, conflicts, tell }: Work,
  here: Scan,
  otherTime: readonly string[],
) {
  const files = comparedFiles(here);
  const sent = remote === null || isConfigured ? files : await remote.datastore.contents(options.signal);
  const found = compareTrees(files, sent);
  const others = new Set([...otherTime, ...found.otherTime]).size;
  const alone = found.missing.filter((path) => !conflicts.includes(path)).length;
  const bytes = found.equal.reduce((sum, path) => sum + (files.get(path)?.size ?? 0), 0);
  const parts = [
    `${countText(found.equal.length, 'file')} (${bytesText(bytes)}) equal on both sides, every byte read again`,
    others === 0 ? '' : `${countText(others, 'equal file')} kept another time there`,
    conflicts.length === 0
      ? ''
      : `${countText(conflicts.length, 'conflict')} held back: each side keeps its own version`,
    alone === 0 ? '' : `${countText(alone, 'file')} held back here`,
  ];
  tell(parts.filter(Boolean).join('; '));
}

const shaOf = ({ files }: Scan, path: string): string | undefined => files.get(path as SyncPath)?.sha256;

/** What had a time of its own there keeps it; where we could not give it the source's, the source is the only one that has that. */
const isBrought = ({ record }: Work, there: Scan, path: string): boolean =>
  record.brought[path]?.includes(shaOf(there, path) ?? '') === true;

const totalOf = ({ files }: Scan) => ({
  files: files.size,
  bytes: [...files.values()].reduce((sum, { stamp }) => sum + stamp.size, 0),
});

/** How many paths a sync would still move; conflicts and what is held, which wait for a person, are none. */
async function pendingOn(work: Work, remote: RemoteSide | null): Promise<number> {
  if (remote === null) return 0;
  const { onProgress, options } = work;
  const report = await remote.datastore.verify({ purpose: 'setup', onProgress, ...withSignal(options) });
  const [damage] = report.drift;
  if (damage !== undefined) {
    throw new SyncError(
      'corrupt',
      `${remote.store.name} does not give back what was sent: ${damage.path}: ${damage.reason}`,
      'Run this again; if it stays, use another store.',
      { details: report.drift },
    );
  }
  work.reached = { files: report.remoteFiles, bytes: report.remoteBytes };
  const { conflicts, upload, download, deleteRemote, deleteLocal } = report.pending;
  if (conflicts > work.conflicts.length) {
    throw new HeldConflicts(
      `${countText(conflicts, 'conflict')} with ${remote.store.name}`,
      'Somebody writes there now: run this again.',
      work.conflicts,
    );
  }
  return upload + download + deleteRemote + deleteLocal;
}

/** Whatever the old remote has is in the folder, unless it was changed or removed here since. */
async function requireComplete(work: Work, old: RemoteSide, scan: Scan): Promise<void> {
  const { signal } = work.options;
  const { plan } = await old.datastore.preview(withSignal(work.options));
  const ours = new Set(
    plan.steps.flatMap(({ kind, path }) => (kind === 'upload' || kind === 'delete-remote' ? [path] : [])),
  );
  for (const { path, sha256 } of (await old.datastore.contents(signal)).values()) {
    if (scan.isExcluded(path) || scan.files.get(path)?.sha256 === sha256 || ours.has(path)) continue;
    throw new SyncError(
      'corrupt',
      `${path} is not as ${old.store.name} has it`,
      'Run this again; if it stays: datastore verify --repair.',
    );
  }
}

const moving = (folder: string): SyncError =>
  new SyncError(
    'local',
    `${folder} is being written to: it was never equal to its copy at one moment`,
    'Stop what writes there, then run this again: it goes on where it was.',
  );
