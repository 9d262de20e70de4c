import type { SyncStatus } from '../../core/status/sync-status.ts';
import {
  byText,
  indexStored,
  type KnownFile,
  type ListedFile,
  type Mark,
  nameOf,
  parentOf,
  type StoredFolder,
  type StoredIndex,
} from './contents-index.ts';

export interface Level {
  /** Names, sorted. */
  readonly folders: readonly FolderSum[];
  readonly files: readonly ListedFile[];
}

export interface FolderSum {
  readonly path: string;
  readonly name: string;
  /** Files below it, at any depth. */
  readonly files: number;
  readonly bytes: number;
  /** Those of them that are not in step. */
  readonly marked: number;
}

/** What is committed, and what is about to come or go, level by level. */
export interface Contents {
  readonly files: number;
  readonly bytes: number;
  /** Of the files that are not in step. */
  readonly marks: ReadonlyMap<string, Mark>;
  readonly stored: StoredIndex;
  /** Here only. */
  readonly added: StoredIndex;
  /** Empty for a folder that is not there. */
  level(folder: string): Level;
  /** Null for a path that is not there. */
  file(path: string): ListedFile | null;
}

/** Lays what a look has found over what is committed: as much work as there are changes. */
export function markContents(
  stored: StoredIndex,
  status: Pick<SyncStatus, 'changes' | 'conflicts' | 'problems'>,
): Contents {
  const marks = new Map<string, Mark>(status.problems.map(({ path }) => [path, 'held']));
  const added: KnownFile[] = status.problems.map(({ path }) => ({ path, ...UNREAD }));
  for (const { path, local, remote, mark } of changesOf(status)) {
    marks.set(path, mark);
    if (remote === null && local !== null) added.push(localFile(path, local));
  }
  const here = indexStored(added.filter(({ path }) => findIn(stored, path) === null));
  return contentsOf(stored, here, marks);
}

/** Those of them whose path and state are asked for. */
export function filterContents(contents: Contents, keeps: (file: ListedFile) => boolean): Contents {
  const { marks } = contents;
  const kept = (index: StoredIndex) => indexStored(listed(index, marks, keeps));
  return contentsOf(kept(contents.stored), kept(contents.added), marks);
}

function* listed(index: StoredIndex, marks: Contents['marks'], keeps: (file: ListedFile) => boolean) {
  for (const { files } of index.nodes.values())
    for (const file of files.values()) if (keeps({ ...file, mark: marks.get(file.path) ?? 'in-step' })) yield file;
}

function contentsOf(stored: StoredIndex, added: StoredIndex, marks: Contents['marks']): Contents {
  const marked = new Map<string, number>();
  for (const path of marks.keys()) {
    if (findIn(stored, path) === null && findIn(added, path) === null) continue;
    for (let at = parentOf(path); at !== ''; at = parentOf(at)) marked.set(at, (marked.get(at) ?? 0) + 1);
  }
  const withMark = (file: KnownFile): ListedFile => ({ ...file, mark: marks.get(file.path) ?? 'in-step' });
  const both = (folder: string) => [stored.nodes.get(folder), added.nodes.get(folder)];
  const sum = (folder: string, of: 'count' | 'bytes') => both(folder).reduce((all, one) => all + (one?.[of] ?? 0), 0);
  return {
    files: sum('', 'count'),
    bytes: sum('', 'bytes'),
    marks,
    stored,
    added,
    level(folder) {
      const folders = [...new Set(both(folder).flatMap((one) => one?.folders ?? []))].toSorted(byText);
      const files = both(folder).flatMap((one) => [...(one?.files.values() ?? [])]);
      return {
        folders: folders.map((path) => ({
          path,
          name: nameOf(path),
          files: sum(path, 'count'),
          bytes: sum(path, 'bytes'),
          marked: marked.get(path) ?? 0,
        })),
        files: files.toSorted((left, right) => byText(left.path, right.path)).map(withMark),
      };
    },
    file(path) {
      const found = findIn(stored, path) ?? findIn(added, path);
      return found === null ? null : withMark(found);
    },
  };
}

/** Entries of the top level below which anything differs; `all` where the top level itself is another. */
export function changedAtTop(before: Contents, after: Contents): 'all' | ReadonlySet<string> {
  if (!sameTop(before, after)) return 'all';
  const changed = new Set<string>();
  const note = (path: string) => changed.add(path.split('/', 1)[0] ?? path);
  for (const [path, mark] of after.marks) if (before.marks.get(path) !== mark) note(path);
  for (const path of before.marks.keys()) if (!after.marks.has(path)) note(path);
  for (const part of ['stored', 'added'] as const) {
    if (before[part] === after[part]) continue;
    for (const [folder, { files }] of after[part].nodes)
      for (const path of differing(before[part].nodes.get(folder)?.files ?? new Map(), files)) note(path);
    for (const [folder, { files }] of before[part].nodes)
      if (!after[part].nodes.has(folder)) for (const path of files.keys()) note(path);
  }
  return changed;
}

function sameTop(before: Contents, after: Contents): boolean {
  const names = ({ stored, added }: Contents) =>
    new Set(
      [stored, added].flatMap(({ nodes }) => {
        const top = nodes.get('');
        return [...(top?.folders ?? []), ...(top?.files.keys() ?? [])];
      }),
    );
  const [left, right] = [names(before), names(after)];
  return left.size === right.size && [...left].every((name) => right.has(name));
}

/** Paths of one folder that are in one list only, or with another content or author. */
function differing(before: StoredFolder['files'], after: StoredFolder['files']): readonly string[] {
  const isOther = (file: KnownFile) => {
    const old = before.get(file.path);
    return old === undefined || !sameFile(old, file);
  };
  const changed = [...after.values()].filter(isOther).map(({ path }) => path);
  return [...changed, ...[...before.keys()].filter((path) => !after.has(path))];
}

const sameFile = (a: KnownFile, b: KnownFile): boolean =>
  a.sha256 === b.sha256 && a.size === b.size && a.mtime === b.mtime && a.by === b.by && a.generation === b.generation;

const findIn = ({ nodes }: StoredIndex, path: string): KnownFile | null =>
  nodes.get(parentOf(path))?.files.get(path) ?? null;

const UNREAD = { size: null, mtime: null, by: null, generation: null, sha256: null } as const;

type Local = SyncStatus['changes'][number]['local'];

const localFile = (path: string, { stamp, sha256 }: NonNullable<Local>): KnownFile => ({
  path,
  size: stamp.size,
  mtime: stamp.mtime,
  by: null,
  generation: null,
  sha256,
});

/** A conflict goes before whatever else is said of its path. */
function changesOf({ changes, conflicts }: Pick<SyncStatus, 'changes' | 'conflicts'>) {
  return [
    ...changes.flatMap(({ kind, ...versions }) =>
      kind === 'adopt' || kind === 'forget' ? [] : [{ ...versions, mark: kind }],
    ),
    ...conflicts.map((versions) => ({ ...versions, mark: 'conflict' as const })),
  ];
}
