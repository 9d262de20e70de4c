import { type Problem, SyncError } from '../../core/errors.ts';
import type { LocalEntry } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import type { Progress } from '../../core/status/sync-report.ts';
import { bytesOf } from '../contents/bytes-of.ts';
import { each } from '../each.ts';
import type { ApplyAnswer, Codec, LocalFiles } from '../ports.ts';
import { type Scan, type Skip, scanRoot } from '../root/scan.ts';
import { refuseUnknown } from './folder-files.ts';
import { writtenTo } from './written-to.ts';

export interface CopyRequest {
  readonly source: LocalFiles;
  readonly target: LocalFiles;
  readonly sourceSkip: Skip;
  readonly targetSkip: Skip;
  readonly codec: Codec;
  /** Contents that earlier attempts may have brought to a path of the target: those may be replaced. */
  readonly ours: ReadonlyMap<string, readonly string[]>;
  /** Contents of the source that the target had once, by path: what came of them there since is right. */
  readonly known: ReadonlyMap<string, string>;
  /** Why a path of the source is not to be brought; null: it is. */
  readonly withheld: (path: string) => string | null;
  /** Told durably of all that will be brought, before any of it is. */
  readonly willBring: (files: ReadonlyMap<string, string>) => Promise<void>;
  /** The target's folder was made for this copy. */
  readonly isNew: boolean;
  readonly onProgress: (progress: Progress) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface Copied {
  /** Of the source, as it was read. */
  readonly scan: Scan;
  readonly copied: number;
  /** Equal files that were there. */
  readonly already: number;
  readonly bytes: number;
  /** Paths at which the target has something else: nothing of it was touched. */
  readonly conflicts: readonly string[];
  /** Not brought, and not equal at the target: nothing of them was touched. */
  readonly held: readonly Problem[];
}

/** Each is read and written on the same machine. */
const COPIES_AT_ONCE = 8;

/**
 * Copies what the target lacks, through its staging: complete, fsynced and under its name, or not there. Never replaces what is not its
 * own. SyncError('local') when a file of the source cannot be taken, or the target takes none.
 */
export async function copyFolder(request: CopyRequest): Promise<Copied> {
  const { source, target, codec, ours, signal, onProgress } = request;
  const scan = await scanRoot(source, new Map(), request.sourceSkip, codec, { signal });
  refuseUnknown(source, scan);
  await target.create();
  const there = await scanRoot(target, new Map(), request.targetSkip, codec, { signal });
  refuseUnknown(target, there);
  const conflicts: string[] = [];
  const held: Problem[] = [];
  const wanted: { readonly file: LocalEntry; readonly over: LocalEntry | null }[] = [];
  for (const file of scan.files.values()) {
    const over = there.files.get(file.path) ?? null;
    if (over?.sha256 === file.sha256 || request.known.get(file.path) === file.sha256) continue;
    const reason = request.withheld(file.path);
    if (reason !== null) held.push({ path: file.path, reason });
    else if (over === null || ours.get(file.path)?.includes(over.sha256) === true) wanted.push({ file, over });
    else conflicts.push(file.path);
  }
  const isTaken = (path: string): boolean => scan.files.has(path as SyncPath) && request.withheld(path) === null;
  for (const path of there.irregular.keys()) if (isTaken(path)) conflicts.push(path);
  const already = scan.files.size - wanted.length - conflicts.length - held.length;
  if (conflicts.length > 0) return { scan, copied: 0, already, bytes: 0, conflicts, held };
  await request.willBring(new Map(wanted.map(({ file }) => [file.path, file.sha256])));
  await target.intend(
    wanted.map(({ file, over }) => ({ path: file.path, expected: over?.sha256 ?? null, becomes: file.sha256 })),
  );
  await makeFolders(
    request,
    wanted.map(({ file }) => file.path),
  );
  const total = wanted.reduce((sum, { file }) => sum + file.stamp.size, 0);
  const progress = { files: 0, bytes: 0 };
  await each(wanted, COPIES_AT_ONCE, async ({ file, over }) => {
    signal?.throwIfAborted();
    await bring(request, file, over);
    progress.files += 1;
    progress.bytes += file.stamp.size;
    onProgress({ phase: 'copying', ...progress, totalFiles: wanted.length, totalBytes: total });
  });
  await target.flush();
  return { scan, copied: wanted.length, already, bytes: total, conflicts, held };
}

/** Who may not look into it here shall not do so there, from the first file on. */
async function makeFolders({ source, target, isNew }: CopyRequest, files: readonly SyncPath[]): Promise<void> {
  if (isNew) await likeSource('', (mode) => target.setFolderMode('', mode));
  // Sorted, each comes after those it lies in.
  for (const folder of [...new Set(files.flatMap(parentsOf))].toSorted())
    await likeSource(folder, (mode) => target.makeFolder(folder, mode));

  async function likeSource(folder: string, give: (mode: number) => Promise<void>): Promise<void> {
    const mode = await source.folderMode(folder);
    if (mode > 0) await give(mode);
  }
}

const parentsOf = (path: SyncPath): readonly string[] => {
  const names = path.split('/');
  return names.slice(0, -1).map((_, index) => names.slice(0, index + 1).join('/'));
};

async function bring({ source, target, signal }: CopyRequest, file: LocalEntry, over: LocalEntry | null) {
  const staged = await stageCopy(source, target, file, signal);
  if (staged.sha256 !== file.sha256) {
    await target.discard(staged);
    throw writtenTo(`${source.root}/${file.path} changed while it was copied`);
  }
  const answer = await target.install(staged, file.path, over?.stamp ?? null);
  if (answer.kind !== 'done') throw refused(target, file.path, answer);
  if (answer.aside === null) return;
  // Whoever had it open may have written to it since it was read.
  if (over === null || !(await target.dropAsideOf(answer.aside, over.sha256)))
    throw refused(target, file.path, { kind: 'moved' });
}

/** With its time and its permission bits: who may not read it here shall not read it there. */
async function stageCopy(source: LocalFiles, target: LocalFiles, file: LocalEntry, signal?: AbortSignal) {
  const opened = await source.open(file.path);
  try {
    const { mtime, exec } = file.stamp;
    return await target.stage(bytesOf(opened), { mtime, exec, mode: opened.mode, signal });
  } finally {
    await opened.close();
  }
}

const refused = (target: LocalFiles, path: string, answer: Exclude<ApplyAnswer, { kind: 'done' }>): SyncError =>
  new SyncError(
    'local',
    `${target.root}/${path} could not be written: ${answer.kind === 'refused' ? answer.reason : 'something else took its place meanwhile'}`,
    'Correct that, then run this again: it goes on where it was.',
  );
