import type { Running } from '../folder.ts';
import { asksForExcluded, type ContentsFilter, keepsFile } from '../render/contents-filter.ts';
import { indexStored, type StoredIndex } from '../render/contents-index.ts';
import { unread } from './contents-nodes.ts';
import { type DiskLevel, readLevel } from './disk-level.ts';

/** What is in a folder and not in the datastore. */
export interface LeftOutLevel extends DiskLevel {
  /** Folders on the way to something that is left out. */
  readonly ways: readonly string[];
}

export const NOTHING_LEFT_OUT: LeftOutLevel = { folders: [], files: [], ways: [] };

/** What the configuration leaves out; what is ours or git's is in none of it. */
export interface LeftOuts {
  /** One level, whatever is in it. */
  level(running: Running, at: string): Promise<LeftOutLevel>;
  /** One level of what a filter for excluded paths finds in the whole root. */
  found(running: Running, at: string, filter: ContentsFilter): Promise<LeftOutLevel>;
  /** How many files and folders a filter has found; 0 where it does not ask for them, or is not through. */
  count(running: Running, filter: ContentsFilter): number;
  /** What was found is looked for again. */
  forget(): void;
}

/** Enough to see the rule that left them out. */
const MOST_FOUND = 1_000;
const MOST_FOLDERS = 5_000;

interface Search {
  readonly filter: ContentsFilter;
  readonly found: Promise<Found>;
  count: number;
}

interface Found {
  readonly index: StoredIndex;
  readonly folders: ReadonlySet<string>;
}

export function openLeftOuts(): LeftOuts {
  let searches = new WeakMap<Running, Search>();

  function look({ neverShared, root }: Running, at: string): Promise<DiskLevel> {
    return readLevel(root, (path, isFolder) => !neverShared(path, isFolder), at).catch(() => NOTHING_LEFT_OUT);
  }

  function split({ skip }: Running, { folders, files }: DiskLevel) {
    return {
      folders: folders.filter((path) => skip(path, true)),
      files: files.filter((path) => skip(path, false)),
      shared: folders.filter((path) => !skip(path, true)),
    };
  }

  /** The upper folders first, and never into one that is left out: that is one row, however much lies in it. */
  async function search(running: Running, filter: ContentsFilter): Promise<Found> {
    const keeps = keepsFile(filter);
    const found: string[] = [];
    const all = new Set<string>();
    const waiting = [''];
    for (let looked = 0; looked < MOST_FOLDERS && found.length < MOST_FOUND; looked += 1) {
      const at = waiting.shift();
      if (at === undefined) break;
      const { folders, files, shared } = split(running, await look(running, at));
      for (const path of folders) all.add(path);
      found.push(...[...folders, ...files].filter((path) => keeps(unread(path))));
      waiting.push(...shared);
    }
    return { index: indexStored(found.slice(0, MOST_FOUND).map(unread)), folders: all };
  }

  function searchOnce(running: Running, filter: ContentsFilter): Search {
    const known = searches.get(running);
    if (known?.filter === filter) return known;
    const begun: Search = { filter, found: search(running, filter), count: 0 };
    searches.set(running, begun);
    void begun.found.then(({ index }) => {
      begun.count = index.nodes.get('')?.count ?? 0;
    });
    return begun;
  }

  return {
    async level(running, at) {
      const { exclude, directories } = running.config;
      if (exclude.length === 0 && directories === null) return NOTHING_LEFT_OUT;
      return { ...split(running, await look(running, at)), ways: [] };
    },
    async found(running, at, filter) {
      if (!asksForExcluded(filter)) return NOTHING_LEFT_OUT;
      const { index, folders } = await searchOnce(running, filter).found;
      const here = index.nodes.get(at);
      const paths = [...(here?.files.keys() ?? [])];
      return {
        folders: paths.filter((path) => folders.has(path)),
        files: paths.filter((path) => !folders.has(path)),
        ways: here?.folders ?? [],
      };
    },
    count(running, filter) {
      const known = searches.get(running);
      return known?.filter === filter ? known.count : 0;
    },
    forget() {
      searches = new WeakMap();
    },
  };
}
