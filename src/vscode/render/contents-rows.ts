import type { StoredFile } from '../../core/format/tree.ts';
import { agoText, bytesText, countText } from '../../core/quantities.ts';
import type { SyncStatus } from '../../core/status/sync-status.ts';
import { CONFLICT_LOOK, stepLook } from './change-look.ts';
import { type ContentsIndex, type FolderSum, type ListedFile, type Mark, nameOf } from './contents-index.ts';
import { COLOURS, type Row } from './row.ts';

/** Rows shown at once: the rest is below a row of its own. */
export const PAGE = 1_000;

/** What is committed, and what is about to come or go, as one list. */
export function* listFiles(
  remote: ReadonlyMap<string, StoredFile>,
  status: Pick<SyncStatus, 'changes' | 'conflicts' | 'problems'>,
): Generator<ListedFile> {
  const marks = new Map<string, Mark>(status.problems.map(({ path }) => [path, 'held']));
  const added: ListedFile[] = [];
  for (const { path, kind, local, remote: there } of status.changes) {
    if (kind === 'adopt' || kind === 'forget') continue;
    marks.set(path, kind);
    if (there === null && local !== null)
      added.push({ path, size: local.stamp.size, mtime: local.stamp.mtime, by: null, mark: kind });
  }
  for (const { path, local, remote: there } of status.conflicts) {
    marks.set(path, 'conflict');
    if (there === null && local !== null)
      added.push({ path, size: local.stamp.size, mtime: local.stamp.mtime, by: null, mark: 'conflict' });
  }
  for (const { path, size, mtime, by } of remote.values())
    yield { path, size, mtime, by, mark: marks.get(path) ?? 'in-step' };
  for (const file of added) if (!remote.has(file.path)) yield file;
}

export interface ContentsPage {
  readonly folders: readonly FolderSum[];
  readonly files: readonly ListedFile[];
  /** Rows left for the next page, and where it begins. */
  readonly rest: { readonly count: number; readonly from: number } | null;
}

/** `PAGE` rows of a folder from a position on, folders first. */
export function pageOf(index: ContentsIndex, folder: string, from: number): ContentsPage {
  const { folders, files } = index.level(folder);
  const end = from + PAGE;
  const total = folders.length + files.length;
  return {
    folders: folders.slice(from, end),
    files: files.slice(Math.max(0, from - folders.length), Math.max(0, end - folders.length)),
    rest: total > end ? { count: total - end, from: end } : null,
  };
}

export function folderRow({ path, name, files, bytes, marked }: FolderSum): Row {
  const sum = `${countText(files, 'file')}, ${bytesText(bytes)}`;
  const description = marked > 0 ? `${sum} · ${marked} not in step` : sum;
  return {
    id: `${path}/`,
    label: name,
    description,
    tooltip: `${path}/\n${description}`,
    icon: 'folder',
    context: 'folder',
  };
}

/** `now` in milliseconds since 1970. */
export function fileRow(file: ListedFile, now: number): Row {
  const { path, size, mtime, by, mark } = file;
  const { icon, colour, words } = lookOf(mark);
  const facts = [bytesText(size), agoText(mtime, now), by ?? ''].filter(Boolean);
  return {
    id: path,
    label: nameOf(path),
    description: facts.join(' · '),
    tooltip: [path, words, `${bytesText(size)}, changed ${agoText(mtime, now)}${by === null ? '' : ` by ${by}`}`].join(
      '\n',
    ),
    icon,
    ...(colour === undefined ? {} : { colour }),
    context: `file-${mark}`,
    spoken: `${nameOf(path)}, ${words}, ${facts.join(', ')}`,
  };
}

function lookOf(mark: Mark): { readonly icon: string; readonly colour?: string; readonly words: string } {
  switch (mark) {
    case 'in-step':
      return { icon: 'check', colour: COLOURS.quiet, words: 'in step' };
    case 'in-place':
      return { icon: 'file', words: 'used in place' };
    case 'held':
      return { icon: 'info', colour: COLOURS.warning, words: 'left alone, see the Status view' };
    case 'conflict':
      return CONFLICT_LOOK;
    default:
      return stepLook(mark) ?? { icon: 'file', words: '' };
  }
}
