import { countText } from '../../core/quantities.ts';
import { type ComparedFile, compareTrees } from '../../core/setup/setup-compare.ts';
import type { Preview, SyncReport } from '../../core/status/sync-report.ts';
import { createBaseStore } from '../state/base-store.ts';
import { comparedFiles, readFolder } from './folder-files.ts';
import type { RemoteSide } from './setup-ports.ts';
import { isThere, type Work, withSignal } from './setup-work.ts';

/** The root in step with its new remote, told in counts. */
export async function shareRoot(work: Work, remote: RemoteSide): Promise<void> {
  const { tell, target } = work;
  const isFolder = await isThere(work);
  if (!isFolder && work.found.generation === null) return tell('there are no files yet');
  if (isFolder && work.found.generation !== null) {
    const there = await remote.datastore.contents(work.options.signal);
    tell(joinText(there, comparedFiles(await readFolder(work, target.folder))));
  }
  const report = await share(work, remote);
  const parts = [
    `${countText(report.uploaded, 'file')} sent`,
    `${report.downloaded} came`,
    `${report.adopted} were equal`,
    ...(report.conflicts.length === 0 ? [] : [`${countText(report.conflicts.length, 'conflict')} held back`]),
  ];
  tell(`${target.folder} in step with ${remote.store.name}: ${parts.join(', ')}`);
}

/** The root in step with its new remote. What both have is joined: equal files are adopted, others are held back. */
export async function share(work: Work, remote: RemoteSide): Promise<SyncReport> {
  const { options, onProgress } = work;
  const { datastore, store } = remote;
  // Of a run of ours that died: nobody else works for this set-up.
  await datastore.release();
  const preview = await joining(work, remote);
  work.left.add(`objects in ${store.name} that no commit may name yet`);
  const report = await datastore.sync({
    purpose: 'setup',
    onProgress,
    ...withSignal(options),
    // To join is what was asked for, and a join deletes nothing.
    ...(preview.vetoes.length > 0 ? { acceptRemote: preview.generation ?? 0 } : {}),
  });
  if (report.downloaded > 0) work.left.add(`${countText(report.downloaded, 'file')} that came from ${store.name}`);
  work.found.conflicts = report.conflicts.map(({ path }) => path);
  work.found.problems = report.problems;
  return report;
}

/** A plan that deletes nothing: what an earlier attempt had in step and was deleted since would else be deleted there, or here. */
async function joining({ parts, options, notes }: Work, { datastore, store }: RemoteSide): Promise<Preview> {
  const found = await datastore.preview(withSignal(options));
  const deletes = stopsOf(found).map((veto) => (veto.kind === 'mass-delete' ? veto.deletes : veto.baseFiles));
  if (deletes.length === 0) return found;
  await createBaseStore(parts.state).forget();
  const count = countText(
    deletes.reduce((sum, one) => sum + one, 0),
    'file',
  );
  notes.push(
    `${count} that an earlier attempt had in step with ${store.name} and that went since come back: delete them once more where they are not wanted.`,
  );
  return datastore.preview(withSignal(options));
}

/** Vetoes about deletions. */
const stopsOf = ({ vetoes }: Preview) =>
  vetoes.filter((veto) => veto.kind === 'mass-delete' || veto.kind === 'root-emptied');

/** N there, M here, K equal: what joining means, before anything of it is done. */
export function joinText(there: ReadonlyMap<string, ComparedFile>, here: ReadonlyMap<string, ComparedFile>): string {
  const { equal, different } = compareTrees(here, there);
  const held = different.length === 0 ? '' : `, ${different.length} different (held back as conflicts)`;
  return `${countText(there.size, 'file')} there, ${here.size} here, ${equal.length} equal${held}`;
}
