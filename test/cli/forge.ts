import { randomUUID } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { ObjectStore } from '../../src/engine/ports.ts';
import { sha256 } from './sides.ts';

type Json = Record<string, unknown>;

/** What anybody with write access could do to a remote; every hash that names something is right again afterwards. */
export interface Forger {
  head(): Promise<Json>;
  /** Overwrites `head.json`, unconditionally. */
  setHead(change: (head: Json) => Json): Promise<void>;
  /** Adds a commit whose index lines are what `change` makes of those of head's; `more` goes into the commit record. */
  commit(change: (lines: readonly string[]) => readonly string[], more?: Json): Promise<void>;
  put(key: string, bytes: Uint8Array | string): Promise<void>;
  read(key: string): Promise<Buffer>;
  /** The first key below a part of the format. */
  first(part: 'commits/' | 'index/' | 'objects/'): Promise<string>;
}

export function openForger(store: ObjectStore): Forger {
  const put: Forger['put'] = async (key, bytes) => {
    await store.put(key, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  };
  const read: Forger['read'] = async (key) => {
    const found = await store.get(key);
    if (found.kind !== 'found') throw new Error(`${key}: not found`);
    const parts: Uint8Array[] = [];
    for await (const part of found.body) parts.push(part);
    return Buffer.concat(parts);
  };
  const json = async (key: string): Promise<Json> => JSON.parse((await read(key)).toString()) as Json;
  const head = (): Promise<Json> => json('head.json');
  const setHead: Forger['setHead'] = async (change) => put('head.json', JSON.stringify(change(await head())));

  return {
    head,
    setHead,
    put,
    read,
    async first(part) {
      const [object] = (await store.list(part)).objects;
      if (object === undefined) throw new Error(`nothing below ${part}`);
      return object.key;
    },
    async commit(change, more = {}) {
      const {
        commit: pointer,
        epoch,
        recentCommits,
      } = (await head()) as { commit: Json; epoch: number; recentCommits: string[] };
      const record = await json(String(pointer['key']));
      const texts = await Promise.all(
        (record['shards'] as { key: string }[]).map(async ({ key }) => gunzipSync(await read(key)).toString()),
      );
      const lines = [...change(texts.flatMap((text) => text.trimEnd().split('\n')))].toSorted((a, b) =>
        Buffer.compare(Buffer.from(pathOf(a)), Buffer.from(pathOf(b))),
      );
      const text = `${lines.join('\n')}\n`;
      const shard = { key: `index/${sha256(text)}-${epoch + 1}.jsonl.gz`, sha256: sha256(text), count: lines.length };
      await put(shard.key, gzipSync(text));
      const generation = Number(pointer['generation']) + 1;
      const id = randomUUID();
      const parent = { id: pointer['id'], key: pointer['key'], sha256: pointer['sha256'] };
      const shards = [{ ...shard, first: pathOf(lines[0]), last: pathOf(lines.at(-1)) }];
      const next = JSON.stringify({ ...record, generation, id, parent, epoch: epoch + 1, shards, ...more });
      const key = `commits/${String(generation).padStart(10, '0')}-${id}.json`;
      await put(key, next);
      await setHead((now) => ({
        ...now,
        epoch: epoch + 1,
        nonce: id.replaceAll('-', ''),
        commit: { ...pointer, generation, id, key, sha256: sha256(next) },
        recentCommits: [id, ...recentCommits],
      }));
    },
  };
}

const pathOf = (line = '{}'): string => String((JSON.parse(line) as Json)['path']);
