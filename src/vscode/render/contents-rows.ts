import { bytesText } from '../../core/quantities.ts';
import { counted, numberText, t } from '../l10n.ts';
import { ago } from './ago.ts';
import { CONFLICT_LOOK, stepLook } from './change-look.ts';
import type { Contents, FolderSum } from './contents.ts';
import { type ListedFile, type Mark, nameOf } from './contents-index.ts';
import { COLOURS, type Row } from './row.ts';

/** Rows that a folder shows at first, and as many more each time more is asked for. */
export const PAGE = 500;

export interface ContentsPage {
  readonly folders: readonly FolderSum[];
  readonly files: readonly ListedFile[];
  /** Rows that are not shown yet. */
  readonly rest: number;
}

/** The first rows of a folder, folders first. */
export function pageOf(contents: Pick<Contents, 'level'>, folder: string, most: number): ContentsPage {
  const { folders, files } = contents.level(folder);
  return {
    folders: folders.slice(0, most),
    files: files.slice(0, Math.max(0, most - folders.length)),
    rest: Math.max(0, folders.length + files.length - most),
  };
}

export function folderRow({ path, name, files, bytes, marked }: FolderSum): Row {
  const sum = `${counted(files, '{0} file', '{0} files')}, ${bytesText(bytes)}`;
  const description = marked > 0 ? t('{0} · {1} not in step', sum, marked) : sum;
  return {
    id: `${path}/`,
    label: name,
    description,
    tooltip: `${path}/\n${description}`,
    icon: 'folder',
    context: marked > 0 ? 'folder-pending' : 'folder',
  };
}

/** `now` in milliseconds since 1970. */
export function fileRow(file: ListedFile, now: number): Row {
  const { path, size, mtime, by, mark } = file;
  const { icon, colour, words } = lookOf(mark);
  const known = [size === null ? '' : bytesText(size), mtime === null ? '' : ago(mtime, now), by ?? ''].filter(Boolean);
  const facts = known.length === 0 ? [words] : known;
  return {
    id: path,
    label: nameOf(path),
    description: facts.join(' · '),
    tooltip: '',
    icon,
    ...(colour === undefined ? {} : { colour }),
    context: `file-${mark}`,
    spoken: [nameOf(path), words, ...known].join(', '),
  };
}

/** The row at the end of a folder that shows a part of what it has. */
export function moreRow(folder: string, rest: number): Row {
  const next = Math.min(rest, PAGE);
  const description = rest > next ? t('{0} not shown', numberText(rest)) : '';
  return {
    id: `${folder}/*`,
    label: t('Show {0} More…', next),
    description,
    tooltip: '',
    icon: 'ellipsis',
    context: 'more',
  };
}

/** Each state has an icon and a colour of its own; the words are for tooltips and screen readers. */
export function lookOf(mark: Mark): { readonly icon: string; readonly colour?: string; readonly words: string } {
  switch (mark) {
    case 'in-step':
      return { icon: 'check', colour: COLOURS.quiet, words: t('in step') };
    case 'in-place':
      return { icon: 'file', words: t('used in place') };
    case 'held':
      return { icon: 'shield', colour: COLOURS.warning, words: t('held back') };
    case 'excluded':
      return { icon: 'circle-slash', colour: COLOURS.quiet, words: t('excluded') };
    case 'conflict':
      return CONFLICT_LOOK;
    default:
      return stepLook(mark) ?? { icon: 'file', words: '' };
  }
}
