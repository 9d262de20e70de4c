import type { Blame } from './invariants.ts';
import { type RawCommit, type RawEntry, sha256Of } from './remote-format.ts';

type Pointer = RawCommit['shards'][number];

const MOST_ENTRIES = 4_096;

/** One shard by the letter of the format: what its pointer says of it, in order, each path once, cut where it has to be. */
export function checkShard(pointer: Pointer, entries: readonly RawEntry[], blame: Blame): void {
  const { key, sha256, first, last, count } = pointer;
  const named = `index/${sha256}-`;
  if (!key.startsWith(named) || !NAMED_BY_EPOCH.test(key.slice(named.length)))
    blame(4, `${key} is no name of this shard`);
  if (entries.length !== count) blame(4, `${key} has ${entries.length} entries, not ${count}`);
  if (entries[0]?.path !== first || entries.at(-1)?.path !== last)
    blame(4, `${key} goes from ${entries[0]?.path} to ${entries.at(-1)?.path}, not from ${first} to ${last}`);
  for (const [index, { path }] of entries.entries()) {
    const next = entries[index + 1];
    if (next !== undefined && !isBefore(path, next.path)) blame(4, `${key}: ${next.path} comes after ${path}`);
    if (next !== undefined && endsShard(path)) blame(4, `${key} goes on after ${path}, which ends a shard`);
  }
}

const NAMED_BY_EPOCH = /^\d+\.jsonl\.gz$/;

/** All shards of a commit: one after the other, and every one but the last ends where a shard ends. */
export function checkShardOrder(shards: readonly Pointer[], blame: Blame): void {
  for (const [index, { key, last, count }] of shards.entries()) {
    const next = shards[index + 1];
    if (next === undefined) return;
    if (!isBefore(last, next.first)) blame(4, `${key} reaches into the next shard`);
    if (!endsShard(last) && count < MOST_ENTRIES) blame(4, `${key} ends with ${last}, which ends no shard`);
  }
}

const isBefore = (a: string, b: string): boolean => Buffer.compare(placeOf(a).bytes, placeOf(b).bytes) < 0;

const endsShard = (path: string): boolean => placeOf(path).endsShard;

interface Place {
  readonly bytes: Uint8Array;
  /** Ten zero bits. */
  readonly endsShard: boolean;
}

const MOST_KNOWN = 5_000;
const known = new Map<string, Place>();

/** The same paths come again with every commit. */
function placeOf(path: string): Place {
  let place = known.get(path);
  if (place === undefined) {
    const bytes = Buffer.from(path);
    place = { bytes, endsShard: /^00[0-3]/.test(sha256Of(bytes)) };
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(path, place);
  }
  return place;
}
