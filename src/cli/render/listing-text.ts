import { agoText, bytesText, countText } from '../../core/quantities.ts';
import { safeText } from './paint.ts';

/** One file, of the remote index or of a folder used in place. */
export interface ListedFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
  /** Null for a folder used in place. */
  readonly by: string | null;
  readonly generation: number | null;
}

export type ListedItem =
  | ({ readonly type: 'file' } & ListedFile)
  | {
      readonly type: 'folder';
      readonly path: string;
      readonly files: number;
      readonly size: number;
      readonly mtime: number;
    };

/**
 * The files at or below `below` (empty: all): each of them, or one level with what lies deeper summed up in its
 * folder. Empty when there is nothing there. Keeps the order of `files`.
 */
export function listItems(files: Iterable<ListedFile>, below: string, recursive: boolean): ListedItem[] {
  const items = new Map<string, ListedItem>();
  const prefix = below === '' ? '' : `${below}/`;
  for (const file of files) {
    if (file.path !== below && !file.path.startsWith(prefix)) continue;
    const cut = file.path === below || recursive ? -1 : file.path.indexOf('/', prefix.length);
    if (cut < 0) {
      items.set(file.path, { type: 'file', ...file });
      continue;
    }
    const path = file.path.slice(0, cut);
    const known = items.get(`${path}/`);
    const sum = known?.type === 'folder' ? known : { files: 0, size: 0, mtime: 0 };
    const mtime = Math.max(sum.mtime, file.mtime);
    items.set(`${path}/`, { type: 'folder', path, files: sum.files + 1, size: sum.size + file.size, mtime });
  }
  return [...items.values()];
}

/** Size, age, who and path of each, aligned. `now` in milliseconds since 1970. */
export function listingLines(items: readonly ListedItem[], now: number): string[] {
  const rows = items.map((item) =>
    item.type === 'file'
      ? [bytesText(item.size), agoText(item.mtime, now), safeText(item.by ?? ''), safeText(item.path)]
      : [bytesText(item.size), agoText(item.mtime, now), countText(item.files, 'file'), `${safeText(item.path)}/`],
  );
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const aligned = (text: string, column: number): string => {
    const width = widths[column] ?? 0;
    return column < 2 ? text.padStart(width) : text.padEnd(width);
  };
  return rows.map((row) =>
    row
      .map(aligned)
      .filter((_, column) => widths[column] !== 0)
      .join('  '),
  );
}
