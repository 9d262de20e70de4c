import { createHash } from 'node:crypto';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { ObjectStore } from '../../src/engine/ports.ts';

export interface RemoteTruth {
  readonly generation: number;
  readonly epoch: number;
  readonly lease: unknown;
  /** Contents by path, of the commit that head names. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** SHA-256 of every content in every commit that head reaches. */
  readonly everCommitted: ReadonlySet<string>;
  /** Newest first. */
  readonly chain: readonly string[];
}

interface RawEntry {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly slices: readonly { object: string; offset: number; length: number; encoding?: string; sha256?: string }[];
}

/**
 * Walks head, commits, shards and objects by the letter of the format, on nothing of `src` but the port, and throws at the first
 * reference that is missing or has other bytes. Null: no head.
 */
export async function verifyRemote(store: ObjectStore): Promise<RemoteTruth | null> {
  const objects = new Map<string, Promise<Buffer>>();
  const fetch = (key: string) => {
    const known = objects.get(key) ?? fetchObject(store, key);
    objects.set(key, known);
    return known;
  };
  const listed = await store.list('head.json');
  if (listed.objects.length === 0) return null;
  const head = JSON.parse((await fetchObject(store, 'head.json')).toString());
  const everCommitted = new Set<string>();
  const chain: string[] = [];
  let files: ReadonlyMap<string, Buffer> | null = null;
  let generation = Number.POSITIVE_INFINITY;
  let epoch = head.epoch as number;
  // What came before may have been collected.
  const first = (head.collected?.before ?? 0) as number;
  for (let pointer = head.commit; pointer !== null && generationOf(pointer.key) >= first; ) {
    const bytes = await fetch(pointer.key);
    requireThat(sha256(bytes) === pointer.sha256, `${pointer.key} has other bytes than named`);
    const commit = JSON.parse(bytes.toString());
    requireThat(commit.id === pointer.id, `${pointer.key} is another commit`);
    requireThat(commit.generation < generation, `${pointer.key}: the generation does not rise`);
    requireThat(commit.epoch <= epoch, `${pointer.key}: the epoch falls`);
    ({ generation, epoch } = commit);
    chain.push(commit.id);
    const contents = await readTree(commit, fetch);
    for (const content of contents.values()) everCommitted.add(sha256(content));
    files ??= contents;
    pointer = commit.parent;
  }
  return {
    generation: head.commit?.generation ?? 0,
    epoch: head.epoch,
    lease: head.lease,
    files: files ?? new Map(),
    everCommitted,
    chain,
  };
}

const generationOf = (key: string): number => Number(key.slice('commits/'.length, 'commits/'.length + 10));

async function readTree(
  commit: { shards: { key: string; sha256: string; count: number; first: string; last: string }[]; stats: unknown },
  fetch: (key: string) => Promise<Buffer>,
): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  let before = '';
  for (const shard of commit.shards) {
    const text = gunzipSync(await fetch(shard.key));
    requireThat(sha256(text) === shard.sha256, `${shard.key} has other bytes than named`);
    const lines = text.toString().split('\n').slice(0, -1);
    requireThat(lines.length === shard.count, `${shard.key} has ${lines.length} lines, not ${shard.count}`);
    for (const line of lines) {
      const entry = JSON.parse(line) as RawEntry;
      requireThat(Buffer.compare(Buffer.from(before), Buffer.from(entry.path)) < 0, `${entry.path} is out of order`);
      before = entry.path;
      if (Array.isArray(entry.slices) && !entry.path.startsWith('../'))
        files.set(entry.path, await contentOf(entry, fetch));
    }
  }
  return files;
}

async function contentOf(entry: RawEntry, fetch: (key: string) => Promise<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const { object, offset, length, encoding, sha256: named } of entry.slices) {
    const stored = await fetch(object);
    requireThat(object.startsWith(`objects/${sha256(stored)}-`), `${object} holds other bytes than its name says`);
    requireThat(offset + length <= stored.length, `${entry.path}: a slice reaches over the end of ${object}`);
    const part = stored.subarray(offset, offset + length);
    const content = encoding === 'zstd' ? zstdDecompressSync(part) : part;
    requireThat(named === undefined || sha256(content) === named, `${entry.path}: a slice is not what it says`);
    parts.push(content);
  }
  const content = Buffer.concat(parts);
  requireThat(content.length === entry.size, `${entry.path}: ${content.length} bytes, not ${entry.size}`);
  requireThat(sha256(content) === entry.sha256, `${entry.path}: its bytes do not match its hash`);
  return content;
}

async function fetchObject(store: ObjectStore, key: string): Promise<Buffer> {
  const found = await store.get(key);
  if (found.kind !== 'found') throw new Error(`${key}: not found`);
  const parts: Uint8Array[] = [];
  for await (const part of found.body) parts.push(part);
  return Buffer.concat(parts);
}

function requireThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
