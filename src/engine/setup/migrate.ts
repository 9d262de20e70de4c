import { type Problem, SyncError } from '../../core/errors.ts';
import { withholder } from '../../core/paths/credential-paths.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import { bytesText, countText } from '../../core/quantities.ts';
import { type ComparedFile, compareTrees } from '../../core/setup/setup-compare.ts';
import type { Preview, SyncReport } from '../../core/status/sync-report.ts';
import { type Scan, scanRoot } from '../root/scan.ts';
import { createBaseStore } from '../state/base-store.ts';
import { heldWith, otherContents } from './held-conflicts.ts';
import { type Copied, copyFolder } from './migrate-copy.ts';
import { namingPull } from './pull-veto.ts';
import type { RemoteSide } from './setup-ports.ts';
import { knownOf, type Work, withSignal } from './setup-work.ts';

/* The steps that move files. Each can be done again: what is equal already costs no more than reading it. */

/** The root in step with its old remote, so far as that has something for it. */
export async function pullFirst(work: Work, old: RemoteSide): Promise<void> {
  const { options, onProgress } = work;
  const how = { direction: 'pull', purpose: 'setup', onProgress, ...withSignal(options) } as const;
  const report = await namingPull(() => old.datastore.sync(how));
  if (report.conflicts.length > 0) throw heldWith(old.store.name, report.conflicts);
  if (report.downloaded > 0) work.left.add(`${countText(report.downloaded, 'file')} that came from ${old.store.name}`);
  const there = await old.datastore.contents(options.signal);
  refuseProblems(
    report.problems.filter(({ path }) => there.has(path as SyncPath)),
    old.store.name,
  );
  work.tell(`in step with ${old.store.name}, ${countText(report.downloaded, 'file')} came`);
}

/** Everything of the source's folder at the target's, by content and time. */
export async function copyOver(work: Work, from: string, to: string): Promise<Copied> {
  const { parts, options, source } = work;
  const target = parts.folders.open(to);
  const made = `the folder ${to}`;
  const wasThere = (await target.state()).kind === 'folder' && !work.left.has(made);
  if (!wasThere) work.left.add(made);
  const copied = await copyFolder({
    source: parts.folders.open(from),
    target,
    sourceSkip: parts.skipFor(source?.config ?? parts.to),
    targetSkip: parts.skipFor(parts.to),
    codec: parts.codec,
    ours: new Map(Object.entries(work.record.now().brought).map(([path, found]) => [path, new Set(found)])),
    known: knownOf(work),
    withheld: withheldIn(work),
    async willBring(files) {
      if (files.size === 0) return;
      if (wasThere) work.left.add(`copies in ${to}`);
      await work.record.willBring(files);
    },
    isNew: !wasThere,
    onProgress: work.onProgress,
    signal: options.signal,
  });
  if (copied.conflicts.length > 0) throw otherContents(from, to, copied.conflicts);
  return copied;
}

/** Why a path is not brought to the target: nobody looks after a folder that a team shares; to a remote it goes by the sync's word. */
export const withheldIn = ({ target, parts }: Work): ((path: string) => string | null) =>
  target.kind === 'folder' ? withholder(parts.to.allow) : () => null;

export function copiedText({ copied, already, bytes, held }: Copied): string {
  const there = already === 0 ? '' : `, ${already} were there`;
  return `${countText(copied, 'file')} (${bytesText(bytes)}) copied${there}${held.length === 0 ? '' : `, ${held.length} held back`}`;
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

/** The files of a folder, every byte read now. */
export const readFolder = (work: Work, folder: string, config = work.parts.to): Promise<Scan> =>
  scanRoot(work.parts.folders.open(folder), new Map(), work.parts.skipFor(config), work.parts.codec, {
    signal: work.options.signal,
  });

export const comparedFiles = ({ files }: Scan): ReadonlyMap<string, ComparedFile> =>
  new Map([...files].map(([path, { sha256, stamp }]) => [path, { sha256, size: stamp.size, mtime: stamp.mtime }]));

/** N there, M here, K equal: what joining means, before anything of it is done. */
export function joinText(there: ReadonlyMap<string, ComparedFile>, here: ReadonlyMap<string, ComparedFile>): string {
  const { equal, different } = compareTrees(here, there);
  const held = different.length === 0 ? '' : `, ${different.length} different (held back as conflicts)`;
  return `${countText(there.size, 'file')} there, ${here.size} here, ${equal.length} equal${held}`;
}

/** Vetoes about deletions. */
const stopsOf = ({ vetoes }: Preview) =>
  vetoes.filter((veto) => veto.kind === 'mass-delete' || veto.kind === 'root-emptied');

/** Of files that the target would lack. */
export function refuseProblems(problems: readonly Problem[], name: string): void {
  const [first] = problems;
  if (first === undefined) return;
  const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
  throw new SyncError(
    'local',
    `${first.path} could not be brought in step with ${name}: ${first.reason}${more}`,
    'Correct that, or exclude the path in the configuration; then run this again.',
    { details: { problems } },
  );
}
