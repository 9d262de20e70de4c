import { type Problem, SyncError } from '../../core/errors.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import { bytesText, countText } from '../../core/quantities.ts';
import type { Scan } from '../root/scan.ts';
import { copyOver, withheldIn } from './copy-over.ts';
import { refuseMassDeletion } from './deleted-here.ts';
import { compareAtTarget, comparedFiles, readFolder, refuseUnknown } from './folder-files.ts';
import { HeldConflicts } from './held-conflicts.ts';
import { persistTarget } from './setup-copies.ts';
import type { RemoteSide } from './setup-ports.ts';
import { knownOf, type Work, withSignal } from './setup-work.ts';
import { share } from './share.ts';
import { ROUNDS, writtenTo } from './written-to.ts';

/**
 * Every byte on every side read again: the source's folder against the target's, that against its remote, and a folder that came from a
 * remote against that. What moved meanwhile is brought along, and what a folder takes over is durable. `from`: the source's folder;
 * null: there is none. SyncError unless all is equal.
 */
export async function verifyTarget(work: Work, from: string | null): Promise<void> {
  const { target } = work;
  const [remote, old] = work.isConfigured ? [null, null] : [work.remote, work.old];
  for (let round = 1; ; round += 1) {
    const sides = await readSides(work, from);
    const isMoving = sides.late.length > 0;
    if (!isMoving && (await pendingOn(work, remote)) === 0) {
      if (old !== null) await requireComplete(work, old, sides.there);
      if (from !== null && from !== target.folder)
        work.found.isDurable = await persistTarget(work, sides.here.files.keys());
      await noteEqual(work, sides);
      return tellEqual(work, sides);
    }
    if (round === ROUNDS)
      throw writtenTo(`${from ?? target.folder} is being written to: it was never equal to its copy at one moment`);
    if (isMoving && from !== null && from !== target.folder) await copyOver(work, from, target.folder);
    if (remote !== null) await share(work, remote);
  }
}

/** Paths of the source are those that the target does not have as they are. */
interface Sides {
  /** At the target. */
  readonly here: Scan;
  /** At the source. */
  readonly there: Scan;
  readonly unequal: readonly string[];
  /** The unequal ones that are not brought, by rule. */
  readonly held: ReadonlyMap<string, Problem>;
  /** The unequal ones that are to be brought. */
  readonly late: readonly string[];
  /** The same bytes with another time. */
  readonly otherTime: readonly string[];
  /** The same bytes, which can be run on one side alone. */
  readonly otherMode: readonly string[];
}

async function readSides(work: Work, from: string | null): Promise<Sides> {
  const { parts, target, source } = work;
  const here = await readFolder(work, target.folder);
  const there = from === null || from === target.folder ? here : await readFolder(work, from, source?.config);
  refuseUnknown(parts.folders.open(target.folder), here);
  if (from !== null) refuseUnknown(parts.folders.open(from), there);
  const { missing, different, otherTime, otherMode } = await compareAtTarget(
    work,
    comparedFiles(there),
    comparedFiles(here),
  );
  const unequal = [...missing, ...different];
  const [known, withheld] = [knownOf(work), withheldIn(work)];
  const held = new Map<string, Problem>();
  for (const path of unequal) {
    const reason = withheld(path);
    if (reason !== null) held.set(path, { path, reason });
  }
  const late = unequal.filter((path) => !held.has(path) && known.get(path) !== shaOf(there, path));
  return { here, there, unequal, held, late, otherTime, otherMode };
}

/** For what comes after: what was verified, and what the source alone has. */
async function noteEqual(work: Work, { here, there, unequal, held, otherTime, otherMode }: Sides): Promise<void> {
  const { found, record, target } = work;
  const isOnRemote = work.remote !== null && (!work.isConfigured || found.verified !== null);
  if (!isOnRemote) found.reached = totalOf(here);
  found.verified = there;
  if (target.kind === 'folder') found.problems = [...held.values()];
  found.unmatched = {
    withheld: held.size,
    changed: unequal.length - held.size,
    otherTime: otherTime.length,
    otherMode: otherMode.length,
  };
  const equal = [...there.files].flatMap(([path, { sha256 }]) => (held.has(path) ? [] : [[path, sha256] as const]));
  await record.verified(new Map(equal));
}

/** What both sides have, and what waits on either. */
async function tellEqual(work: Work, { here, otherTime, otherMode }: Sides): Promise<void> {
  const {
    remote,
    isConfigured,
    options,
    found: { conflicts },
    tell,
  } = work;
  const files = comparedFiles(here);
  const sent = remote === null || isConfigured ? files : await remote.datastore.contents(options.signal);
  const found = await compareAtTarget(work, files, sent);
  const others = new Set([...otherTime, ...found.otherTime]).size;
  const alone = found.missing.filter((path) => !conflicts.includes(path)).length;
  const bytes = found.equal.reduce((sum, path) => sum + (files.get(path)?.size ?? 0), 0);
  const parts = [
    `${countText(found.equal.length, 'file')} (${bytesText(bytes)}) equal on both sides, every byte read again`,
    others === 0 ? '' : `${countText(others, 'equal file')} kept another time there`,
    otherMode.length === 0 ? '' : `${countText(otherMode.length, 'equal file')} kept another mode there`,
    conflicts.length === 0
      ? ''
      : `${countText(conflicts.length, 'conflict')} held back: each side keeps its own version`,
    alone === 0 ? '' : `${countText(alone, 'file')} held back here`,
  ];
  tell(parts.filter(Boolean).join('; '));
}

const shaOf = ({ files }: Scan, path: string): string | undefined => files.get(path as SyncPath)?.sha256;

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
  work.found.reached = { files: report.remoteFiles, bytes: report.remoteBytes };
  const { conflicts, upload, download, deleteRemote, deleteLocal } = report.pending;
  if (conflicts > work.found.conflicts.length) {
    throw new HeldConflicts(
      `${countText(conflicts, 'conflict')} with ${remote.store.name}`,
      'Somebody writes there now: run this again.',
      work.found.conflicts,
    );
  }
  return upload + download + deleteRemote + deleteLocal;
}

/** Whatever the old remote has is in the folder, unless it was changed or removed here since. */
async function requireComplete(work: Work, old: RemoteSide, scan: Scan): Promise<void> {
  const { signal } = work.options;
  const preview = await old.datastore.preview(withSignal(work.options));
  const { plan } = preview;
  await refuseMassDeletion(preview);
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
