/** A file of the Contents view, whichever side it is on. */
export interface ListedFile {
  /** Relative to the root, `/` between segments. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtime: number;
  /** `user@host`, where a commit says so. */
  readonly by: string | null;
  readonly mark: Mark;
}

export type Mark =
  | 'in-step'
  | 'upload'
  | 'download'
  | 'delete-remote'
  | 'delete-local'
  | 'keep-both'
  | 'conflict'
  | 'held'
  | 'in-place';

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

/** Levels of a tree, each cut from the flat list when it is asked for. */
export interface ContentsIndex {
  readonly files: number;
  readonly bytes: number;
  /** Empty for a folder that is not there. */
  level(folder: string): Level;
}

interface Node {
  readonly folders: string[];
  readonly files: ListedFile[];
  count: number;
  bytes: number;
  marked: number;
}

/** One pass over the files; sorting waits until a level is shown. */
export function indexContents(listed: Iterable<ListedFile>): ContentsIndex {
  const nodes = new Map<string, Node>([['', emptyNode()]]);
  for (const file of listed) {
    const folder = parentOf(file.path);
    nodeAt(nodes, folder).files.push(file);
    for (let at = folder; ; at = parentOf(at)) {
      const node = nodeAt(nodes, at);
      node.count += 1;
      node.bytes += file.size;
      if (file.mark !== 'in-step' && file.mark !== 'in-place') node.marked += 1;
      if (at === '') break;
    }
  }
  const top = nodeAt(nodes, '');
  return {
    files: top.count,
    bytes: top.bytes,
    level(folder) {
      const node = nodes.get(folder);
      if (node === undefined) return { folders: [], files: [] };
      const folders = node.folders.toSorted(byText).map((path): FolderSum => {
        const { count, bytes, marked } = nodeAt(nodes, path);
        return { path, name: nameOf(path), files: count, bytes, marked };
      });
      return { folders, files: node.files.toSorted((left, right) => byText(left.path, right.path)) };
    },
  };
}

/** The last segment. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

// Code units: a locale's order takes a second for 100,000 names.
const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

const emptyNode = (): Node => ({ folders: [], files: [], count: 0, bytes: 0, marked: 0 });

function nodeAt(nodes: Map<string, Node>, folder: string): Node {
  const known = nodes.get(folder);
  if (known !== undefined) return known;
  const made = emptyNode();
  nodes.set(folder, made);
  nodeAt(nodes, parentOf(folder)).folders.push(folder);
  return made;
}
