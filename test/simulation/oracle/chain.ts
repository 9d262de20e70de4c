import { gunzipSync } from 'node:zlib';
import { zstd } from '../zlib.ts';
import { type Blame } from './invariants.ts';
import { createRegisterCheck, type Writer } from './register.ts';
import { type RawCommit, type RawEntry, type RawHead, recordText, sha256Of, shardText } from './remote-format.ts';
import { checkShard, checkShardOrder } from './shards.ts';

/** One path of a new commit that is not as in the one before. */
export interface Change {
  readonly path: string;
  readonly before: RawEntry | null;
  readonly after: RawEntry | null;
}

/** Everything that was ever committed, followed from one version of `head.json` to the next. */
export interface Chain {
  /** A client's write of the register took effect. Gives what the new commit changes, or null without one. */
  advance(bytes: Uint8Array, by: Writer): readonly Change[] | null;
  /** An object other than the register was written. */
  written(key: string, bytes: Uint8Array): void;
  /** By a client, now by the store's clock. */
  deleted(key: string, now: number): void;
  /** Named by a commit that is kept, but not there or with other bytes; and what no such commit names, of epochs that have ended. */
  audit(
    keys: Iterable<string>,
    now: number,
  ): { readonly missing: readonly string[]; readonly garbage: readonly string[] };
  readonly head: RawHead | null;
  readonly headBytes: Uint8Array | null;
  /** Versions of the register before the one that stands, oldest first. */
  readonly earlier: readonly Uint8Array[];
  readonly tree: ReadonlyMap<string, RawEntry>;
  /** Whether a commit of this id was acknowledged. */
  readonly has: (id: string) => boolean;
  readonly isCommitted: (sha256: string) => boolean;
  wasAt(path: string, sha256: string): boolean;
  /** Committed at this path, or at a conflict copy of it. */
  wasKept(path: string, sha256: string): boolean;
  wasRemoved(path: string): boolean;
  /** Times that commits gave this content at this path. */
  mtimesOf(path: string, sha256: string): ReadonlySet<number>;
  /** Whether it may be run, by commits that gave this content at this path. */
  execsOf(path: string, sha256: string): ReadonlySet<boolean>;
  commitsBy(holder: string): number;
  readonly referenced: ReadonlyMap<string, string>;
}

/** What the name of a conflict copy has more than the one it is a copy of. */
const COPY_SUFFIX = /^(.*)\.conflict-[A-Za-z0-9-]+-\d{8}T\d{6}Z(-\d+)?/s;

/** How far back commits have to stay: the latest so many, and those that were replaced no longer ago by the store's clock. */
export interface Keeping {
  readonly commits: number;
  readonly ms: number;
  /** When it was written, by the store's clock. */
  readonly writtenAt: (key: string) => number;
}

const KEEP_ALL: Keeping = { commits: Number.POSITIVE_INFINITY, ms: 0, writtenAt: () => 0 };

export function createChain(
  read: (key: string) => Uint8Array | null,
  blame: Blame,
  keeping: Keeping = KEEP_ALL,
): Chain {
  let head: RawHead | null = null;
  let headBytes: Uint8Array | null = null;
  const earlier: Uint8Array[] = [];
  let tree: ReadonlyMap<string, RawEntry> = new Map();
  const committed = new Set<string>();
  const places = new Map<string, { readonly mtimes: Set<number>; readonly execs: Set<boolean> }>();
  const kept = new Set<string>();
  const removed = new Set<string>();
  const checkRegister = createRegisterCheck(blame);
  const commits = new Map<string, number>();
  const referenced = new Map<string, string>();
  const shards = new Map<string, readonly RawEntry[]>();
  const lines = new Map<string, RawEntry>();
  const ids = new Set<string>();
  /** Oldest first, each with all that it names. */
  const past: { readonly key: string; readonly at: number; readonly names: ReadonlySet<string> }[] = [];

  /** Whoever collects sees them replaced more lately than they are when it deletes, and more of them. */
  const keptAt = (now: number) =>
    past.filter((_, nth) => {
      const replacedAt = past[nth + 1]?.at ?? now;
      return past.length - nth <= keeping.commits || (keeping.ms > 0 && now - replacedAt <= keeping.ms);
    });

  function advance(bytes: Uint8Array, by: Writer): readonly Change[] | null {
    const next = JSON.parse(Buffer.from(bytes).toString()) as RawHead;
    checkRegister(head, next, by);
    const before = head;
    if (headBytes) earlier.push(headBytes);
    if (earlier.length > 8) earlier.shift();
    head = next;
    headBytes = bytes;
    if (next.commit === null || next.commit.id === before?.commit?.id) return null;
    return checkCommit(before, next, next.commit, by.holder);
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
    const { id, key, sha256 } = before?.commit ?? { id: null, key: null, sha256: null };
    const { parent } = commit;
    if ((parent?.id ?? null) !== id || (parent?.key ?? null) !== key || (parent?.sha256 ?? null) !== sha256)
      blame(1, `${pointer.key} has another parent`);
    if (commit.generation !== (before?.commit?.generation ?? 0) + 1) blame(1, `${pointer.key}: wrong generation`);
    if (commit.generation !== pointer.generation) blame(1, `${pointer.key}: the register names another generation`);
    if (commit.format !== 1 || pointer.key !== commitKey(commit))
      blame(4, `${pointer.key} is not written by the letter of the format`);
    if (commit.datastoreId !== next.datastoreId) blame(1, `${pointer.key} is of another datastore`);
    if (commit.epoch !== next.epoch) blame(2, `${pointer.key} is of epoch ${commit.epoch}, not ${next.epoch}`);
    ids.add(commit.id);
    referenced.set(pointer.key, pointer.sha256);
    commits.set(holder, (commits.get(holder) ?? 0) + 1);
    checkShardOrder(commit.shards, blame);
    const after = new Map<string, RawEntry>();
    for (const shard of commit.shards) for (const entry of entriesOf(shard)) after.set(entry.path, entry);
    const changes = differences(tree, after);
    for (const { path, after: entry } of changes) {
      if (entry === null) removed.add(path);
      else committed.add(entry.sha256);
    }
    for (const entry of after.values()) {
      const old = tree.get(entry.path);
      // The very line of the commit before: everything below was done for it then.
      if (old === entry) continue;
      if (!isSameContent(old, entry)) checkSlices(entry);
      const place = `${entry.sha256} ${entry.path}`;
      for (const origin of originsOf(entry.path)) kept.add(`${entry.sha256} ${origin}`);
      const given = places.get(place) ?? { mtimes: new Set(), execs: new Set() };
      given.mtimes.add(entry.mtime);
      given.execs.add(entry.exec);
      places.set(place, given);
    }
    past.push({
      key: pointer.key,
      at: keeping.writtenAt(pointer.key),
      names: new Set([
        pointer.key,
        ...commit.shards.map((shard) => shard.key),
        ...[...after.values()].flatMap(({ slices }) => slices.map(({ object }) => object)),
      ]),
    });
    if (!isCounted(commit, after, changes)) blame(4, `${pointer.key} counts ${JSON.stringify(commit.stats)}`);
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
    const entries = text.split('\n').slice(0, -1).map(entryOf);
    checkShard(shard, entries, blame);
    shards.set(shard.key, entries);
    referenced.set(shard.key, sha256Of(bytes));
    return entries;
  }

  /** Equal lines give the same object, so that a commit costs what it changes. */
  function entryOf(line: string): RawEntry {
    let entry = lines.get(line);
    if (entry === undefined) {
      entry = JSON.parse(line) as RawEntry;
      lines.set(line, entry);
    }
    return entry;
  }

  function checkSlices(entry: RawEntry): void {
    const parts: Uint8Array[] = [];
    for (const { object, offset, length, encoding, sha256 } of entry.slices) {
      const stored = read(object);
      if (stored === null || !object.startsWith(`objects/${sha256Of(stored)}-`))
        return blame(4, `${entry.path}: ${object} is missing or holds other bytes than its name says`);
      referenced.set(object, sha256Of(stored));
      const bytes = stored.subarray(offset, offset + length);
      const part = encoding === 'zstd' ? zstd.unpack(bytes) : bytes;
      if (sha256 !== undefined && sha256Of(part) !== sha256) blame(4, `${entry.path}: a slice is not what it says`);
      parts.push(part);
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
    deleted(key, now) {
      if (keptAt(now).some(({ names }) => names.has(key))) blame(4, `${key} is referenced and was deleted`);
      const epoch = epochOf(key);
      if (epoch !== null && epoch >= (head?.epoch ?? 0)) blame(4, `${key} was deleted while its epoch lasts`);
      if (generationOf(key) > (head?.commit?.generation ?? 0)) blame(4, `${key} was deleted and may still come`);
      referenced.delete(key);
      shards.delete(key);
    },
    audit(keys, now) {
      const there = new Set(keys);
      const named = new Set(keptAt(now).flatMap(({ names }) => [...names]));
      // Nobody has taken the place of a commit above head yet.
      const above = [...there].filter((key) => generationOf(key) > (head?.commit?.generation ?? 0));
      const spared = new Set(
        above.flatMap((key) => namesIn(read(key)).flatMap((shard) => [shard, ...namesIn(read(shard))])),
      );
      const isOver = (key: string) =>
        (epochOf(key) ?? Number.POSITIVE_INFINITY) < (head?.epoch ?? 0) ||
        generationOf(key) <= (head?.commit?.generation ?? 0);
      return {
        missing: [...named].filter(
          (key) => !there.has(key) || sha256Of(read(key) ?? KEEP_NOTHING) !== referenced.get(key),
        ),
        garbage: [...there].filter((key) => !named.has(key) && !spared.has(key) && isOver(key)),
      };
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
    has: (id) => ids.has(id),
    isCommitted: (sha256) => committed.has(sha256),
    wasAt: (path, sha256) => places.has(`${sha256} ${path}`),
    wasKept: (path, sha256) => kept.has(`${sha256} ${path}`),
    wasRemoved: (path) => removed.has(path),
    mtimesOf: (path, sha256) => places.get(`${sha256} ${path}`)?.mtimes ?? new Set(),
    execsOf: (path, sha256) => places.get(`${sha256} ${path}`)?.execs ?? new Set(),
    commitsBy: (holder) => commits.get(holder) ?? 0,
    referenced,
  };
}

const KEEP_NOTHING = new Uint8Array();

/** Keys of shards and objects in a record, whatever it is; none in what cannot be read. */
function namesIn(record: Uint8Array | null): readonly string[] {
  const text = recordOf(record ?? KEEP_NOTHING);
  return text.match(/index\/[0-9a-f]{64}-\d+\.jsonl\.gz|objects\/[0-9a-f]{64}-\d+/g) ?? [];
}

function recordOf(bytes: Uint8Array): string {
  try {
    return (bytes[0] === GZIP ? gunzipSync(bytes) : Buffer.from(bytes)).toString();
  } catch {
    return '';
  }
}

/** The first byte of what is packed. */
const GZIP = 0x1f;

/** Of a shard or an object; null of anything else. */
function epochOf(key: string): number | null {
  const epoch = /^(?:index|objects)\/[0-9a-f]{64}-(\d+)/.exec(key)?.[1];
  return epoch === undefined ? null : Number(epoch);
}

/** Of a commit; of anything else none that has not come yet. */
const generationOf = (key: string): number => Number(/^commits\/(\d{10})-/.exec(key)?.[1] ?? Number.NaN);

/** Ten digits, so that a listing is in order. */
const commitKey = ({ generation, id }: RawCommit): string =>
  `commits/${String(generation).padStart(10, '0')}-${id}.json`;

const isSameContent = (old: RawEntry | undefined, entry: RawEntry): boolean =>
  old?.sha256 === entry.sha256 && JSON.stringify(old.slices) === JSON.stringify(entry.slices);

function isCounted({ stats }: RawCommit, tree: ReadonlyMap<string, RawEntry>, changes: readonly Change[]): boolean {
  const added = changes.filter(({ before }) => before === null).length;
  const removed = changes.filter(({ after }) => after === null).length;
  const bytes = [...tree.values()].reduce((sum, { size }) => sum + size, 0);
  if (stats.files !== tree.size || stats.bytes !== bytes || stats.added !== added || stats.removed !== removed)
    return false;
  // What is sent again as it was counts as changed too.
  return stats.changed >= changes.length - added - removed;
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
