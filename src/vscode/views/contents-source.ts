import type { Folder, Running } from '../folder.ts';
import { type Contents, filterContents, markContents } from '../render/contents.ts';
import { type ContentsFilter, keepsFile } from '../render/contents-filter.ts';
import { indexStored, type StoredIndex } from '../render/contents-index.ts';

interface Loaded {
  readonly running: Running;
  readonly generation: number | null;
  readonly stored: StoredIndex;
  /** When it was seen, milliseconds since 1970, where it is what this machine keeps; null: it was asked for. */
  readonly seenAt: number | null;
}

interface Marked {
  readonly stored: StoredIndex;
  /** What marks were drawn from. */
  readonly from: readonly unknown[];
  readonly contents: Contents;
}

/** The committed files of each folder, read again when the remote has another commit, with the marks of the last look. */
export interface ContentsSource {
  /** Null for folders without an engine. Rejects with SyncError, unless an older answer is known. */
  contents(folder: Folder): Promise<Contents | null>;
  /** When that which is shown was seen, milliseconds since 1970, where it is what this machine keeps; null: it was asked for. */
  seenAt(folder: Folder): number | null;
  /** What was given last, without a wait; null before the first of the engine that runs now. */
  known(folder: Folder): Contents | null;
  /** Whether an answer needs nothing from the remote. */
  isAtHand(folder: Folder): boolean;
  /** Whether a new answer would differ. */
  isStale(folder: Folder): boolean;
  /** What a filter leaves of it; the same object for the same contents and filter. `isExcluded`: by the configuration, here. */
  filtered(contents: Contents, filter: ContentsFilter, isExcluded: (path: string) => boolean): Contents;
}

export function openContentsSource(): ContentsSource {
  const loaded = new WeakMap<Folder, Loaded>();
  const loading = new WeakMap<Folder, Promise<Loaded>>();
  const marked = new WeakMap<Folder, Marked>();
  const sieved = new WeakMap<Contents, { readonly filter: ContentsFilter; readonly contents: Contents }>();

  /** One at a time for a folder: rows of many levels are asked for together. */
  function load(folder: Folder, running: Running, generation: number | null): Promise<Loaded> {
    const known = loaded.get(folder);
    const isLatest = known?.running === running && (generation === null || known.generation === generation);
    if (isLatest) return Promise.resolve(known);
    const under = loading.get(folder);
    if (under !== undefined) return under;
    const begun = read(folder, running, generation, known).finally(() => loading.delete(folder));
    loading.set(folder, begun);
    return begun;
  }

  async function read(folder: Folder, running: Running, generation: number | null, known: Loaded | undefined) {
    try {
      const now = (generation === null ? await keptHere(running) : null) ?? (await askFor(running, generation));
      loaded.set(folder, now);
      return now;
    } catch (error) {
      if (known?.running === running) return known;
      throw error;
    }
  }

  return {
    known(folder) {
      const isCurrent = loaded.get(folder)?.running === folder.running();
      return isCurrent ? (marked.get(folder)?.contents ?? null) : null;
    },
    seenAt(folder) {
      const known = loaded.get(folder);
      return known?.running === folder.running() ? (known?.seenAt ?? null) : null;
    },
    isAtHand(folder) {
      const [known, state] = [loaded.get(folder), folder.state()];
      if (known === undefined || state.kind !== 'active') return false;
      return known.running === folder.running() && known.generation === state.status.generation;
    },
    isStale(folder) {
      const known = marked.get(folder);
      return (
        known === undefined || loaded.get(folder)?.running !== folder.running() || !same(known.from, marksOf(folder))
      );
    },
    async contents(folder) {
      const state = folder.state();
      const running = folder.running();
      if (state.kind !== 'active' || running === null) return null;
      const { stored } = await load(folder, running, state.status.generation);
      const from = marksOf(folder);
      const before = marked.get(folder);
      if (before?.stored === stored && same(before.from, from)) return before.contents;
      const now = folder.state();
      const contents = markContents(stored, now.kind === 'active' ? now.status : state.status);
      marked.set(folder, { stored, from, contents });
      return contents;
    },
    filtered(contents, filter, isExcluded) {
      const known = sieved.get(contents);
      if (known?.filter === filter) return known.contents;
      const keeps = keepsFile(filter);
      const kept = filterContents(contents, (file) =>
        keeps(isExcluded(file.path) ? { ...file, mark: 'excluded' } : file),
      );
      sieved.set(contents, { filter, contents: kept });
      return kept;
    },
  };
}

/** What was seen last is shown before anybody answers, or when nobody does. The first look says whether it still holds. */
async function keptHere(running: Running): Promise<Loaded | null> {
  const last = await running.datastore.lastContents().catch(() => null);
  return last && { running, generation: last.generation, stored: indexStored(last.files.values()), seenAt: last.at };
}

async function askFor(running: Running, generation: number | null): Promise<Loaded> {
  // Before the first look only the register says which commit it is. What moves meanwhile is read again.
  const at = generation ?? (await running.datastore.lease()).generation;
  return { running, generation: at, stored: indexStored((await running.datastore.contents()).values()), seenAt: null };
}

function marksOf(folder: Folder): readonly unknown[] {
  const state = folder.state();
  if (state.kind !== 'active') return [state.kind];
  const { generation, changes, conflicts, problems } = state.status;
  return [generation, changes, conflicts, problems];
}

const same = (left: readonly unknown[], right: readonly unknown[]): boolean =>
  left.length === right.length && left.every((mark, index) => mark === right[index]);
