import { createHash, randomUUID } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { canonicalJson } from '../../src/core/format/canonical-json.ts';
import type { ObjectStore } from '../../src/engine/ports.ts';

export type Json = Readonly<Record<string, unknown>>;

/**
 * What of a forged remote is not as it should be. Hashes that name something are right all the same. `RAW:1e999` stands for what no
 * value can: it is written without its quotes.
 */
export interface Forgery {
  /** Laid over the valid record. */
  readonly head?: Json;
  readonly commit?: Json;
  readonly shard?: Json;
  /** In place of the lines in their order. */
  readonly text?: string;
  /** The bytes of the shard, in place of the gzipped text. */
  readonly shardBytes?: Uint8Array;
}

export const sha256 = (data: Uint8Array | string): string => createHash('sha256').update(data).digest('hex');

/** A canonical line of a shard for `content`, its fields overlaid by `more`. */
export const lineFor = (path: string, content: string, more: Json = {}): string =>
  canonicalJson({
    by: 'mallory@host',
    exec: false,
    generation: 1,
    mtime: 1_763_650_000_123.456,
    path,
    sha256: sha256(content),
    size: Buffer.byteLength(content),
    slices: [{ object: `objects/${sha256(content)}-1`, offset: 0, length: Buffer.byteLength(content) }],
    ...more,
  });

/** Writes contents, one shard of these lines, a commit and a head, by the letter of the format, on nothing of `src` but the port. */
export async function forgeRemote(
  store: ObjectStore,
  contents: readonly string[],
  lines: readonly string[],
  forgery: Forgery = {},
): Promise<void> {
  for (const content of contents) await put(`objects/${sha256(content)}-1`, content);
  const sorted = inOrder(lines);
  const text = forgery.text ?? sorted.map((line) => `${line}\n`).join('');
  const [first, last] = [pathOf(sorted[0]), pathOf(sorted.at(-1))];
  const key = `index/${sha256(text)}-1.jsonl.gz`;
  await put(key, forgery.shardBytes ?? gzipSync(text));
  const shard = { key, sha256: sha256(text), first, last, count: lines.length, ...forgery.shard };
  const id = randomUUID();
  const at = '2026-11-20T19:30:00.000Z';
  const datastoreId = 'a-forged-datastore';
  const commit = textOf({
    format: 1,
    datastoreId,
    generation: 1,
    id,
    parent: null,
    epoch: 1,
    by: 'mallory@host',
    at,
    message: '',
    stats: { files: lines.length, bytes: 0, added: lines.length, changed: 0, removed: 0 },
    shards: lines.length === 0 ? [] : [shard],
    ...forgery.commit,
  });
  const commitKey = `commits/0000000001-${id}.json`;
  await put(commitKey, commit);
  const pointer = { generation: 1, id, key: commitKey, sha256: sha256(commit), committedAt: at, by: 'mallory@host' };
  const head = {
    format: 1,
    datastoreId,
    epoch: 1,
    nonce: 'f'.repeat(32),
    lease: null,
    commit: pointer,
    recentCommits: [id],
  };
  await put('head.json', textOf({ ...head, ...forgery.head }));

  async function put(name: string, data: Uint8Array | string): Promise<void> {
    await store.put(name, typeof data === 'string' ? Buffer.from(data) : data);
  }
}

const textOf = (record: Json): string => JSON.stringify(record).replaceAll(/"RAW:([^"]*)"/g, '$1');

/** The path of every line that the current commit has, whether it is allowed or not. */
export async function remotePaths(store: ObjectStore): Promise<ReadonlySet<string>> {
  const head = JSON.parse((await read('head.json')).toString()) as { commit: { key: string } };
  const commit = JSON.parse((await read(head.commit.key)).toString()) as { shards: { key: string }[] };
  const texts = await Promise.all(commit.shards.map(async ({ key }) => gunzipSync(await read(key)).toString()));
  return new Set(texts.flatMap((text) => text.trimEnd().split('\n').map(pathOf)));

  async function read(key: string): Promise<Buffer> {
    const found = await store.get(key);
    const parts: Uint8Array[] = [];
    if (found.kind === 'found') for await (const part of found.body) parts.push(part);
    return Buffer.concat(parts);
  }
}

/** By the bytes of the paths in UTF-8. Halves of surrogate pairs have none: they stand where their pairs would. */
const inOrder = (lines: readonly string[]): readonly string[] =>
  lines
    .map((line) => ({
      line,
      ranks: pathOf(line)
        .split('')
        .map((unit) => rank(unit.charCodeAt(0))),
    }))
    .toSorted((a, b) => {
      const at = a.ranks.findIndex((unit, index) => unit !== b.ranks[index]);
      return at < 0 ? a.ranks.length - b.ranks.length : (a.ranks[at] ?? 0) - (b.ranks[at] ?? -1);
    })
    .map(({ line }) => line);

const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

const pathOf = (line = '{}'): string => (JSON.parse(line) as { path?: string }).path ?? '';
