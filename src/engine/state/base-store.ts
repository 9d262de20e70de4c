import { isCount, isHash, isObject, isObjectKey, isText } from '../../core/format/fields.ts';
import type { BaseEntry, BaseTree, Sha256, Slice } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import type { SyncReport } from '../../core/status/sync-report.ts';
import type { StateFiles } from '../ports.ts';
import type { Capabilities } from '../remote/probe.ts';
import type { RecordCache } from '../remote/remote-log.ts';
import { openBaseFiles } from './base-files.ts';

/** What this root remembers of its last cycle, besides the base's entries. */
export interface BaseMeta {
  readonly format: 1;
  /** The remote it belongs to; a base of another remote is no base. */
  readonly remote: string;
  readonly datastoreId: string | null;
  /** Highest ever seen of this remote. */
  readonly epoch: number;
  /** The latest commit ever seen of it, ours or another's: from now on an ancestor of every head. */
  readonly newest: { readonly id: string; readonly generation: number } | null;
  /** The commit of which nothing is left to bring here, but what is in `open`; `files` is how many it names. */
  readonly commit: { readonly id: string; readonly files: number } | null;
  /** Conflicts and problems of the last cycle: with any, the next one plans again even if nothing moved. */
  readonly open: readonly { readonly path: string; readonly reason: string; readonly conflict: boolean }[];
  /** Irregular paths the last cycle met: they are mentioned once. */
  readonly skipped: readonly string[];
  /** SHA-256 of the commit and shards kept in the state folder. */
  readonly kept: readonly string[];
  readonly head: { readonly text: string; readonly etag: string } | null;
  readonly capabilities: Capabilities | null;
  /** Identity of the mark in the root. */
  readonly rootMark: string | null;
  readonly lastSyncAt: number | null;
  readonly recent: readonly RecentSync[];
}

export type RecentSync = Omit<SyncReport, 'conflicts' | 'problems' | 'skipped'> & {
  readonly at: number;
  readonly conflicts: number;
  readonly problems: number;
};

export interface Base {
  readonly meta: BaseMeta;
  readonly entries: BaseTree;
}

/** A commit about to be swapped in, or whose outcome is not known. Settled by looking for its id in the chain. */
export interface JournaledCommit {
  readonly commitId: string;
  readonly generation: number;
  readonly nonce: string;
  /** The version the swap named. */
  readonly named: string | null;
  /** What becomes the base if it landed. */
  readonly entries: readonly BaseEntry[];
  readonly removed: readonly SyncPath[];
  /** What the base had, where that was another version than the commit replaces. Absent in older records. */
  readonly overruled?: readonly Overruled[];
}

/** Null: nothing. */
export type Overruled = readonly [SyncPath, Sha256 | null];

/** What a whole probe of a remote has found; null: no working compare-and-swap. */
export interface WholeProbe {
  readonly remote: string;
  readonly capabilities: Capabilities | null;
}

/** What a workspace remembers of collecting in passing. */
export interface CollectionNote {
  readonly remote: string;
  /** By this machine's clock, milliseconds since 1970: before that it does not even ask. */
  readonly notBefore: number;
  /** Why the last one came to nothing, and when the person was told so; null: it did not. */
  readonly told: { readonly why: string; readonly at: number } | null;
}

/** The records of one root in the user's state folder. Damaged ones read as absent: a lost base asks, it never deletes. */
export interface BaseStore extends RecordCache {
  load(): Promise<Base | null>;
  /** Gives the entries as they are kept: what came from here or from `load` is not written again. */
  save(base: Base): Promise<BaseTree>;
  forget(): Promise<void>;
  journal(): Promise<readonly JournaledCommit[]>;
  setJournal(commits: readonly JournaledCommit[]): Promise<void>;
  /** Where uploads that no commit names yet lie, by the SHA-256 of the content. */
  uploads(): Promise<ReadonlyMap<Sha256, Slice>>;
  setUploads(uploads: ReadonlyMap<Sha256, Slice>): Promise<void>;
  /** The run that is applying to disk: only its intents may still be unrecorded in the base. */
  openRun(): Promise<string | null>;
  setOpenRun(run: string | null): Promise<void>;
  /** Nonce of the lease this workspace holds. */
  leaseNonce(): Promise<string | null>;
  setLeaseNonce(nonce: string | null): Promise<void>;
  /** The latest since anything was written. Beside the base: a checkup notes it while another process syncs and writes that. */
  wholeProbe(): Promise<WholeProbe | null>;
  setWholeProbe(found: WholeProbe | null): Promise<void>;
  collection(): Promise<CollectionNote | null>;
  setCollection(note: CollectionNote): Promise<void>;
  /** Texts of commits and shards by their hash, so that only what is new travels. The reader checks the hash. */
  drop(sha256: string): Promise<void>;
}

export function createBaseStore(files: StateFiles): BaseStore {
  const encode = (text: string) => new TextEncoder().encode(text);

  async function text(name: string): Promise<string | null> {
    const bytes = await files.read(name);
    return bytes && new TextDecoder().decode(bytes);
  }
  async function json<T>(name: string): Promise<T | null> {
    const found = await text(name);
    if (found === null) return null;
    try {
      return JSON.parse(found) as T;
    } catch {
      return null;
    }
  }
  /** Undefined: not looked at. Whoever holds the root's guard begins with a look, so that none of another process is overlooked. */
  let openRun: string | null | undefined;

  async function setOpenRun(run: string | null): Promise<void> {
    if (run === null && openRun === null) return;
    openRun = undefined;
    await (run === null ? files.remove('apply.json') : put('apply.json', { run }));
    openRun = run;
  }

  const put = (name: string, value: unknown) => files.write(name, encode(`${JSON.stringify(value)}\n`));

  return {
    ...openBaseFiles(files),
    journal: async () => (await json<JournaledCommit[]>('journal.json')) ?? [],
    setJournal: (commits) => (commits.length === 0 ? files.remove('journal.json') : put('journal.json', commits)),
    uploads: async () => parseUploads(await json<unknown>('uploads.json')),
    setUploads: (uploads) => (uploads.size === 0 ? files.remove('uploads.json') : put('uploads.json', [...uploads])),
    async openRun() {
      openRun = (await json<{ run: string }>('apply.json'))?.run ?? null;
      return openRun;
    },
    setOpenRun,
    leaseNonce: async () => (await json<{ nonce: string }>('lease.json'))?.nonce ?? null,
    setLeaseNonce: (nonce) => (nonce === null ? files.remove('lease.json') : put('lease.json', { nonce })),
    wholeProbe: () => json<WholeProbe>('probe.json'),
    setWholeProbe: (found) => (found === null ? files.remove('probe.json') : put('probe.json', found)),
    collection: () => json<CollectionNote>('collection.json'),
    setCollection: (note) => put('collection.json', note),
    kept: (sha256) => text(`kept-${sha256}`),
    keep: (sha256, content) => files.write(`kept-${sha256}`, encode(content), 'cached'),
    drop: (sha256) => files.remove(`kept-${sha256}`, 'cached'),
  };
}

function parseUploads(value: unknown): ReadonlyMap<Sha256, Slice> {
  const pairs = Array.isArray(value) ? (value as unknown[]) : [];
  return new Map(
    pairs.flatMap((pair) => {
      const [sha256, slice] = Array.isArray(pair) ? (pair as unknown[]) : [];
      if (!isHash(sha256) || !isObject(slice)) return [];
      const { object, offset, length, encoding } = slice;
      if (!isObjectKey(object) || !isCount(offset) || !isCount(length)) return [];
      if (encoding !== undefined && !isText(encoding)) return [];
      return [[sha256, { object, offset, length, ...(encoding === undefined ? {} : { encoding }) }]];
    }),
  );
}

export const emptyBase = (remote: string): Base => ({
  meta: {
    format: 1,
    remote,
    datastoreId: null,
    epoch: 0,
    newest: null,
    commit: null,
    open: [],
    skipped: [],
    kept: [],
    head: null,
    capabilities: null,
    rootMark: null,
    lastSyncAt: null,
    recent: [],
  },
  entries: new Map(),
});
