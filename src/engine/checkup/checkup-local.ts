import type { Config } from '../../core/config/config.ts';
import type { BaseFacts, KeptFacts, RootFacts, StagingFacts } from '../../core/doctor/doctor-facts.ts';
import { isOfMachine, lockText, parseLock } from '../../core/format/lock-record.ts';
import { isKnownDead } from '../lease/lock-sighting.ts';
import { createBaseStore } from '../state/base-store.ts';
import { asked } from './checkup-ask.ts';
import type { CheckedFolder, CheckedRoot, CheckupParts, Machine } from './checkup-ports.ts';

/** The folder that is shared, or used in place. */
export async function findRootFacts(
  { machine, skip, s3, folder }: CheckupParts,
  config: Config,
  signal?: AbortSignal,
): Promise<RootFacts> {
  const path = s3?.root.files.root ?? folder?.folder.path ?? config.root;
  const state = (await s3?.root.files.state()) ?? ({ kind: 'folder' } as const);
  // A folder used in place is written to, which tells more.
  const writable = folder !== null || (await machine.isWritable(path));
  const tree = state.kind === 'folder' ? await asked(() => machine.count(path, skip, signal), signal) : null;
  return { path, state, writable, tree, busy: s3 === null ? null : await busyWith(s3.root) };
}

async function busyWith({ lockFile, hostname, pid }: CheckedRoot): Promise<string | null> {
  const text = await lockFile.read().catch(() => null);
  if (text === null) return null;
  const lock = parseLock(text);
  if (lock === null) return 'its lock cannot be read';
  // A cycle of this very window is no other process.
  if (isOfMachine(lock, hostname, lockFile.machine) && lock.pid === pid) return null;
  const isGone = isKnownDead(lock, lockFile, hostname);
  const who = lockText(lock);
  return isGone ? `${who} (gone; the next sync takes over)` : who;
}

/** The record of what was last in step with this remote. */
export async function findBase({ state, files }: CheckedRoot, remote: string): Promise<BaseFacts> {
  const base = createBaseStore(state);
  const found = await base.load();
  const isThere = found !== null || (await state.read('base.jsonl')) !== null;
  const isFolder = (await files.state()).kind === 'folder';
  const mark = isFolder ? await files.mark() : null;
  const unsettled = (await base.journal()).length;
  if (found === null || found.meta.remote !== remote) {
    const record = found !== null ? 'other' : isThere ? 'damaged' : 'none';
    return { record, marked: mark !== null, files: 0, lastSyncAt: null, conflicts: 0, problems: 0, unsettled };
  }
  const { meta, entries } = found;
  const conflicts = meta.open.filter(({ conflict }) => conflict).length;
  return {
    // A lease or a probe makes a record, too: it was in step only with the mark of a sync.
    record: meta.rootMark === null ? 'none' : 'fine',
    marked: mark !== null && (meta.rootMark === null || mark === meta.rootMark),
    files: entries.size,
    lastSyncAt: meta.lastSyncAt,
    conflicts,
    problems: meta.open.length - conflicts,
    unsettled,
  };
}

/** What earlier runs keep beside the root. */
export async function findStaging({ files, state }: CheckedRoot, machine: Machine): Promise<StagingFacts> {
  const openRun = await createBaseStore(state).openRun();
  if ((await files.state()).kind !== 'folder') return { runs: 0, files: 0, bytes: 0, oldest: null, died: false };
  const runs = await files.staging();
  const kept = runs.filter(({ asides }) => asides.length > 0);
  return {
    runs: kept.length,
    files: kept.reduce((sum, { asides }) => sum + asides.length, 0),
    bytes: await machine.bytesBelow(`${files.root}/.datastore-staging`),
    oldest: kept.length === 0 ? null : Math.min(...kept.map(({ startedAt }) => startedAt)),
    died: runs.some(({ run }) => run === openRun),
  };
}

/** What syncs kept in a folder before it was used in place. */
export async function findKept({ folder }: CheckedFolder, machine: Machine): Promise<KeptFacts> {
  const runs = await folder.kept();
  return {
    folder: folder.path,
    files: runs.reduce((sum, { asides }) => sum + asides.length, 0),
    bytes: await machine.bytesBelow(`${folder.path}/.datastore-staging`),
  };
}
