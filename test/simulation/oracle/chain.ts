import { type Blame } from './invariants.ts';
import { type RawCommit, type RawEntry, type RawHead, recordText, sha256Of, shardText } from './remote-format.ts';

/** One path of a new commit that is not as in the one before. */
export interface Change {
  readonly path: string;
  readonly before: RawEntry | null;
  readonly after: RawEntry | null;
}

/** Everything that was ever committed, followed from one version of `head.json` to the next. */
export interface Chain {
  /** A client's write of the register took effect. Gives what the new commit changes, or null without one. */
  advance(bytes: Uint8Array, holder: string): readonly Change[] | null;
  /** An object other than the register was written. */
  written(key: string, bytes: Uint8Array): void;
  deleted(key: string): void;
  readonly head: RawHead | null;
  readonly headBytes: Uint8Array | null;
  /** Versions of the register before the one that stands, oldest first. */
  readonly earlier: readonly Uint8Array[];
  readonly tree: ReadonlyMap<string, RawEntry>;
  readonly isCommitted: (sha256: string) => boolean;
  wasAt(path: string, sha256: string): boolean;
  /** Committed at this path, or at a conflict copy of it. */
  wasKept(path: string, sha256: string): boolean;
  wasRemoved(path: string): boolean;
  /** Times that commits gave this content at this path. */
  mtimesOf(path: string, sha256: string): ReadonlySet<number>;
  commitsBy(holder: string): number;
  readonly referenced: ReadonlyMap<string, string>;
}

/** What the name of a conflict copy has more than the one it is a copy of. */
const COPY_SUFFIX = /^(.*)\.conflict-[A-Za-z0-9-]+-\d{8}T\d{6}Z(-\d+)?/s;

export function createChain(read: (key: string) => Uint8Array | null, blame: Blame): Chain {
  let head: RawHead | null = null;
  let headBytes: Uint8Array | null = null;
  const earlier: Uint8Array[] = [];
  let tree: ReadonlyMap<string, RawEntry> = new Map();
  const committed = new Set<string>();
  const places = new Map<string, Set<number>>();
  const kept = new Set<string>();
  const removed = new Set<string>();
  const owners = new Map<number, string>();
  const commits = new Map<string, number>();
  const referenced = new Map<string, string>();
  const shards = new Map<string, readonly RawEntry[]>();
  const ids = new Set<string>();

  function advance(bytes: Uint8Array, holder: string): readonly Change[] | null {
    const next = JSON.parse(Buffer.from(bytes).toString()) as RawHead;
    checkRegister(head, next, holder);
    const before = head;
    if (headBytes) earlier.push(headBytes);
    if (earlier.length > 8) earlier.shift();
    head = next;
    headBytes = bytes;
    if (next.commit === null || next.commit.id === before?.commit?.id) return null;
    return checkCommit(before, next, next.commit, holder);
  }

  function checkRegister(before: RawHead | null, next: RawHead, holder: string): void {
    if (next.lease) {
      const owner = owners.get(next.epoch);
      if (owner !== undefined && owner !== next.lease.nonce) blame(2, `epoch ${next.epoch} has a second owner`);
      owners.set(next.epoch, next.lease.nonce);
    }
    if (before === null) {
      if (next.epoch !== 1) blame(2, `the first epoch is ${next.epoch}`);
      return;
    }
    if (next.datastoreId !== before.datastoreId) blame(1, 'the datastore became another');
    if (next.nonce === before.nonce) blame(1, 'the register was written again with the same nonce');
    const commits = next.commit?.id !== before.commit?.id;
    if (next.commit === null && before.commit !== null) blame(1, 'the commit was taken away');
    switch (next.epoch - before.epoch) {
      case 0:
        if (next.lease !== null && next.lease.nonce !== before.lease?.nonce)
          blame(2, `epoch ${next.epoch}: another tenure began without a new epoch`);
        if (commits && before.lease?.holder !== holder)
          blame(2, `epoch ${next.epoch}: ${holder} commits under the lease of ${before.lease?.holder ?? 'nobody'}`);
        return;
      case 1:
        if (commits && (before.lease !== null || next.lease !== null))
          blame(2, `${holder} commits over a lease that is held`);
        return;
      default:
        blame(1, `the epoch goes from ${before.epoch} to ${next.epoch}`);
    }
  }

  function checkCommit(
    before: RawHead | null,
    next: RawHead,
    pointer: NonNullable<RawHead['commit']>,
    holder: string,
  ): readonly Change[] {
    const text = recordText(read(pointer.key) ?? new Uint8Array(), pointer.sha256);
    if (text === null) {
      blame(4, `${pointer.key} is missing or has other bytes than the register says`);
      return [];
    }
    const commit = JSON.parse(text) as RawCommit;
    if (commit.id !== pointer.id || ids.has(commit.id)) blame(1, `${pointer.key} is another commit`);
    if ((commit.parent?.id ?? null) !== (before?.commit?.id ?? null)) blame(1, `${pointer.key} has another parent`);
    if (commit.generation !== (before?.commit?.generation ?? 0) + 1) blame(1, `${pointer.key}: wrong generation`);
    if (commit.generation !== pointer.generation) blame(1, `${pointer.key}: the register names another generation`);
    if (commit.epoch !== next.epoch) blame(2, `${pointer.key} is of epoch ${commit.epoch}, not ${next.epoch}`);
    ids.add(commit.id);
    referenced.set(pointer.key, pointer.sha256);
    commits.set(holder, (commits.get(holder) ?? 0) + 1);
    const after = new Map<string, RawEntry>();
    for (const shard of commit.shards) for (const entry of entriesOf(shard)) after.set(entry.path, entry);
    const changes = differences(tree, after);
    for (const { path, after: entry } of changes) {
      if (entry === null) removed.add(path);
      else {
        committed.add(entry.sha256);
        checkSlices(entry);
      }
    }
    for (const entry of after.values()) {
      const place = `${entry.sha256} ${entry.path}`;
      for (const origin of originsOf(entry.path)) kept.add(`${entry.sha256} ${origin}`);
      places.set(place, (places.get(place) ?? new Set()).add(entry.mtime));
    }
    tree = after;
    return changes;
  }

  function entriesOf(shard: RawCommit['shards'][number]): readonly RawEntry[] {
    const known = shards.get(shard.key);
    if (known) return known;
    const bytes = read(shard.key);
    const text = bytes && shardText(bytes, shard.sha256);
    if (bytes === null || text === null) {
      blame(4, `${shard.key} is missing or has other bytes than its commit says`);
      return [];
    }
    const entries = text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as RawEntry);
    if (entries.length !== shard.count) blame(4, `${shard.key} has ${entries.length} entries, not ${shard.count}`);
    shards.set(shard.key, entries);
    referenced.set(shard.key, sha256Of(bytes));
    return entries;
  }

  function checkSlices(entry: RawEntry): void {
    const parts: Uint8Array[] = [];
    for (const { object, offset, length } of entry.slices) {
      const stored = read(object);
      if (stored === null || !object.startsWith(`objects/${sha256Of(stored)}-`))
        return blame(4, `${entry.path}: ${object} is missing or holds other bytes than its name says`);
      referenced.set(object, sha256Of(stored));
      parts.push(stored.subarray(offset, offset + length));
    }
    const content = Buffer.concat(parts);
    if (content.length !== entry.size || sha256Of(content) !== entry.sha256)
      blame(4, `${entry.path}: its slices do not give its size and hash`);
  }

  return {
    advance,
    written(key, bytes) {
      const sha256 = referenced.get(key);
      if (sha256 !== undefined && sha256 !== sha256Of(bytes)) blame(4, `${key} is referenced and was replaced`);
    },
    deleted(key) {
      if (referenced.has(key)) blame(4, `${key} is referenced and was deleted`);
    },
    get head() {
      return head;
    },
    get headBytes() {
      return headBytes;
    },
    earlier,
    get tree() {
      return tree;
    },
    isCommitted: (sha256) => committed.has(sha256),
    wasAt: (path, sha256) => places.has(`${sha256} ${path}`),
    wasKept: (path, sha256) => kept.has(`${sha256} ${path}`),
    wasRemoved: (path) => removed.has(path),
    mtimesOf: (path, sha256) => places.get(`${sha256} ${path}`) ?? new Set(),
    commitsBy: (holder) => commits.get(holder) ?? 0,
    referenced,
  };
}

/** The path itself, and what it is a copy of, and what that is a copy of. */
function* originsOf(path: string): Iterable<string> {
  yield path;
  const origin = path.replace(COPY_SUFFIX, '$1');
  if (origin !== path) yield* originsOf(origin);
}

function differences(before: ReadonlyMap<string, RawEntry>, after: ReadonlyMap<string, RawEntry>): readonly Change[] {
  const changes: Change[] = [];
  for (const [path, entry] of after) {
    const old = before.get(path) ?? null;
    if (old?.sha256 !== entry.sha256) changes.push({ path, before: old, after: entry });
  }
  for (const [path, old] of before) if (!after.has(path)) changes.push({ path, before: old, after: null });
  return changes;
}
