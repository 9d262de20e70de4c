import { StoreError, SyncError } from '../../core/errors.ts';
import { parseCommit, serialiseCommit } from '../../core/format/commit-record.ts';
import { CAPS, type Commit, type CommitPointer, type ShardPointer } from '../../core/format/records.ts';
import {
  cutShards,
  type ParsedShard,
  parseShard,
  type Shard,
  type Stretch,
  shardKey,
} from '../../core/format/sync-index.ts';
import type { Entry, RemoteTree } from '../../core/format/tree.ts';
import { compareByUtf8, type SyncPath } from '../../core/paths/sync-path.ts';
import type { Held } from '../../core/plan/plan.ts';
import { each } from '../each.ts';
import type { Codec, ObjectStore } from '../ports.ts';
import { putOnce } from './put-once.ts';
import { readAll } from './read-object.ts';
import { rememberShards } from './remember-shards.ts';
import { refusalOf, storeErrorKind } from './store-error.ts';

const SHARDS_AT_ONCE = 16;

/** One commit as it stands on the remote. */
export interface RemoteView {
  readonly pointer: CommitPointer | null;
  readonly commit: Commit | null;
  readonly tree: RemoteTree;
  /** Of the commit, in its order; null: it cannot be read. */
  readonly shards: readonly (ParsedShard | null)[];
  /** Entries that were refused. Their lines are carried over as they are, so nobody's record is lost. */
  readonly refused: readonly (Held & { readonly line: string })[];
  /** Ranges of paths whose shard cannot be read: nothing in them is acted on, and nothing is pushed. */
  readonly damaged: readonly { readonly first: string; readonly last: string; readonly reason: string }[];
}

export const EMPTY_VIEW: RemoteView = {
  pointer: null,
  commit: null,
  tree: new Map(),
  shards: [],
  refused: [],
  damaged: [],
};

/** Texts of commits and shards by their hash, as this machine has seen them. What it gives is checked before it is believed. */
export interface RecordCache {
  kept(sha256: string): Promise<string | null>;
  keep(sha256: string, text: string): Promise<void>;
}

/** Reads and writes commits and shards. Shards are kept in the state folder by hash, so that only those that differ travel. */
export interface RemoteLog {
  readCommit(pointer: { readonly key: string; readonly sha256: string }, signal?: AbortSignal): Promise<Commit>;
  view(pointer: CommitPointer, signal?: AbortSignal): Promise<RemoteView>;
  /** What a shard holds, or why it cannot be read. Nothing of it is kept. */
  shard(pointer: ShardPointer, signal?: AbortSignal): Promise<ParsedShard | string>;
  /**
   * One path of a commit, from the shard that would name it, whose hash comes along; that shard is not looked at where it is `seen`.
   * Nothing of it is kept: for commits of the past.
   */
  entry(
    commit: Commit,
    path: string,
    seen: string | undefined,
    signal?: AbortSignal,
  ): Promise<{ readonly entry: Entry | null; readonly shard: string | undefined }>;
  /** Writes the shards that `previous` lacks; gives the pointers of all. `epoch` goes into the keys of new ones. */
  writeShards(
    stretches: Iterable<Stretch>,
    previous: Commit | null,
    epoch: number,
    signal: AbortSignal,
  ): Promise<readonly ShardPointer[]>;
  writeCommit(commit: Commit, key: string, signal: AbortSignal): Promise<CommitPointer>;
}

export function createRemoteLog(store: ObjectStore, codec: Codec, cache: RecordCache): RemoteLog {
  const decode = (bytes: Uint8Array) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

  async function readCommit(pointer: { key: string; sha256: string }, signal?: AbortSignal): Promise<Commit> {
    const kept = await cache.kept(pointer.sha256);
    const intact = kept !== null && codec.sha256(kept) === pointer.sha256;
    const text = intact ? kept : await fetchCommit(pointer, signal);
    const parsed = parseCommit(text);
    if (parsed.ok) {
      if (!intact) await cache.keep(pointer.sha256, text);
      return parsed.value;
    }
    if (parsed.problem.kind === 'corrupt') throw corrupt(pointer.key, parsed.problem.message);
    throw new SyncError(
      'newer-format',
      `${store.name}: ${parsed.problem.message}`,
      'Update Datastore Sync on this machine.',
    );
  }

  async function fetchCommit(pointer: { key: string; sha256: string }, signal?: AbortSignal): Promise<string> {
    try {
      const bytes = await fetch(pointer.key, CAPS.commit, signal);
      if (codec.sha256(bytes) === pointer.sha256) return decode(bytes);
    } catch (error) {
      const kind = storeErrorKind(error);
      if (kind === 'missing') throw corrupt(pointer.key, 'it is missing', error);
      if (kind === 'denied') throw new StoreError('denied', refusalOf(pointer.key), error);
      if (error instanceof RangeError) throw corrupt(pointer.key, error.message, error);
      throw error;
    }
    throw corrupt(pointer.key, 'its bytes do not match the hash in the record that names it');
  }

  const shardsRead = rememberShards();

  async function view(pointer: CommitPointer, signal?: AbortSignal): Promise<RemoteView> {
    const commit = await readCommit(pointer, signal);
    const shards = await Promise.all(
      commit.shards.map(async (shard) => shardsRead.find(shard) ?? readShard(shard, signal)),
    );
    shardsRead.keep(commit.shards, shards);
    const tree = new Map<SyncPath, Entry>();
    const refused: (Held & { line: string })[] = [];
    const damaged: { first: string; last: string; reason: string }[] = [];
    for (const [index, shard] of shards.entries()) {
      const at = commit.shards[index];
      if (typeof shard === 'string') {
        if (at) damaged.push({ first: at.first, last: at.last, reason: shard });
        continue;
      }
      for (const entry of shard.entries) tree.set(entry.path, entry);
      refused.push(...shard.refused);
    }
    const read = shards.map((shard) => (typeof shard === 'string' ? null : shard));
    return { pointer, commit, tree, shards: read, refused, damaged };
  }

  async function readShard(pointer: ShardPointer, signal?: AbortSignal, keeps = true) {
    const kept = await cache.kept(pointer.sha256);
    const intact = kept !== null && codec.sha256(kept) === pointer.sha256;
    const text = intact ? kept : await fetchShard(pointer, signal);
    if (typeof text !== 'string') return text.problem;
    const parsed = parseShard(text, pointer);
    if (!parsed.ok) return `${pointer.key}: ${parsed.problem.message}`;
    if (!intact && keeps) await cache.keep(pointer.sha256, text);
    return parsed.value;
  }

  async function entry(commit: Commit, path: string, seen: string | undefined, signal?: AbortSignal) {
    const pointer = commit.shards.find(
      ({ first, last }) => compareByUtf8(first, path) <= 0 && compareByUtf8(path, last) <= 0,
    );
    if (pointer === undefined || pointer.sha256 === seen) return { entry: null, shard: pointer?.sha256 };
    const shard = await readShard(pointer, signal, false);
    const found = typeof shard === 'string' ? undefined : shard.entries.find((one) => one.path === path);
    return { entry: found ?? null, shard: pointer.sha256 };
  }

  async function fetchShard(pointer: ShardPointer, signal?: AbortSignal): Promise<string | { problem: string }> {
    try {
      const bytes = await codec.gunzip(await fetch(pointer.key, CAPS.shard, signal), CAPS.shard);
      if (codec.sha256(bytes) !== pointer.sha256) return { problem: `${pointer.key}: its bytes do not match its hash` };
      return decode(bytes);
    } catch (error) {
      signal?.throwIfAborted();
      const kind = storeErrorKind(error);
      if (kind === 'missing') return { problem: `${pointer.key}: it is missing` };
      if (kind === 'denied') return { problem: refusalOf(pointer.key) };
      if (kind !== null) throw error;
      return { problem: `${pointer.key}: ${error instanceof Error ? error.message : String(error)}` };
    }
  }

  async function fetch(key: string, limit: number, signal?: AbortSignal): Promise<Uint8Array> {
    const found = await store.get(key, { signal });
    if (found.kind === 'unchanged') throw new SyncError('failed', `${key}: unexpected answer`, 'Sync again.');
    return readAll(found.body, limit);
  }

  const corrupt = (key: string, why: string, cause?: unknown) =>
    new SyncError(
      'corrupt',
      `${store.name}: ${key} cannot be used: ${why}`,
      'Nothing was changed. Restore the object (bucket versioning keeps it), or start anew under another prefix.',
      { cause },
    );

  return {
    readCommit,
    view,
    shard: (pointer, signal) => readShard(pointer, signal, false),
    entry,
    async writeShards(stretches, previous, epoch, signal) {
      const there = new Map((previous?.shards ?? []).map((shard) => [shard.sha256, shard]));
      const pointers: ShardPointer[] = [];
      let cut = 0;
      // One is cut when there is room for its text: all at once would be the whole index in memory, in three forms.
      await each(
        cutShards(stretches, (text) => codec.sha256(text)),
        SHARDS_AT_ONCE,
        async (shard) => {
          const nth = cut++;
          pointers[nth] = 'text' in shard ? (there.get(shard.sha256) ?? (await write(shard))) : shard;
        },
      );
      return pointers;

      async function write(shard: Shard) {
        const pointer = {
          key: shardKey(shard.sha256, epoch),
          sha256: shard.sha256,
          first: shard.first,
          last: shard.last,
          count: shard.count,
        };
        const zipped = await codec.gzip(new TextEncoder().encode(shard.text));
        await putOnce(store, codec, pointer.key, zipped, signal, async (found) => {
          // What cannot be unpacked is something else, or was damaged on its way.
          const plain = await codec.gunzip(found, CAPS.shard).catch(() => null);
          return plain !== null && codec.sha256(plain) === shard.sha256;
        });
        await cache.keep(shard.sha256, shard.text);
        return pointer;
      }
    },
    async writeCommit(commit, key, signal) {
      const text = serialiseCommit(commit);
      const bytes = new TextEncoder().encode(text);
      const sha256 = codec.sha256(bytes);
      await putOnce(store, codec, key, bytes, signal);
      await cache.keep(sha256, text);
      return { generation: commit.generation, id: commit.id, key, sha256, committedAt: commit.at, by: commit.by };
    },
  };
}
