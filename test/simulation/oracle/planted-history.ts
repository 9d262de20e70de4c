import { gzipSync } from 'node:zlib';
import { type Chain, createChain } from './chain.ts';
import type { Violation } from './invariants.ts';
import { sha256Of } from './remote-format.ts';

/** What is made wrong in the second of two commits. */
export interface Planted {
  readonly head?: Readonly<Record<string, unknown>>;
  readonly commit?: Readonly<Record<string, unknown>>;
  readonly entry?: Readonly<Record<string, unknown>> & { readonly path?: string };
  readonly shard?: Readonly<Record<string, unknown>>;
  /** Paths of further entries in the shard, as they come. */
  readonly more?: readonly string[];
  readonly object?: string;
  readonly without?: 'commit' | 'shard' | 'object';
}

/** Two commits, the second with the planted violation. */
export function history(planted: Planted): readonly Violation[] {
  return twoCommits(planted).violations;
}

/** What lies in a bucket beside the register, and the two registers. */
export function twoHeads(planted: Planted): {
  readonly objects: ReadonlyMap<string, Uint8Array>;
  readonly heads: readonly [Uint8Array, Uint8Array];
} {
  const objects = new Map<string, Uint8Array>();
  const first = write(objects, 1, null, {});
  return { objects, heads: [first.head, write(objects, 2, first.pointer, planted).head] };
}

export function twoCommits(planted: Planted): { readonly chain: Chain; readonly violations: readonly Violation[] } {
  const { objects, heads } = twoHeads(planted);
  const violations: Violation[] = [];
  const chain = createChain(
    (key) => objects.get(key) ?? null,
    (invariant, detail) => violations.push({ invariant, detail }),
  );
  for (const [index, head] of heads.entries())
    chain.advance(head, { holder: `user${index + 1}@host${index + 1}`, process: index + 1 });
  return { chain, violations };
}

function write(objects: Map<string, Uint8Array>, generation: number, parent: unknown, planted: Planted) {
  const content = Buffer.from(`content ${generation}`);
  const object = `objects/${sha256Of(content)}-${generation}`;
  const entry = {
    path: 'a',
    size: content.length,
    mtime: 1,
    exec: false,
    sha256: sha256Of(content),
    by: 'x',
    generation,
    slices: [{ object, offset: 0, length: content.length }],
    ...planted.entry,
  };
  const lines = [entry, ...(planted.more ?? []).map((path) => ({ ...entry, path }))];
  const text = Buffer.from(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
  const shard = `index/${sha256Of(text)}-${generation}.jsonl.gz`;
  const first = planted.entry?.path ?? 'a';
  const id = `id-${generation}`;
  const commit = Buffer.from(
    JSON.stringify({
      format: 1,
      datastoreId: 'd',
      generation,
      id,
      parent,
      epoch: generation,
      stats: {
        files: 1,
        bytes: content.length,
        added: first === 'a' && generation > 1 ? 0 : 1,
        changed: 1,
        removed: first === 'a' ? 0 : 1,
      },
      shards: [{ key: shard, sha256: sha256Of(text), first, last: first, count: 1, ...planted.shard }],
      ...planted.commit,
    }),
  );
  const key = `commits/${String(generation).padStart(10, '0')}-${id}.json`;
  const pointer = { generation, id, key, sha256: sha256Of(commit) };
  if (planted.without !== 'object')
    objects.set(object, planted.object === undefined ? content : Buffer.from(planted.object));
  if (planted.without !== 'shard') objects.set(shard, gzipSync(text));
  if (planted.without !== 'commit') objects.set(key, commit);
  const head = {
    format: 1,
    datastoreId: 'd',
    epoch: generation,
    nonce: nonceOf(generation),
    lease: null,
    commit: pointer,
    recentCommits: Array.from({ length: generation }, (_, index) => `id-${generation - index}`),
    ...planted.head,
  };
  return { pointer, head: Buffer.from(JSON.stringify(head)) };
}

export function nonceOf(number: number): string {
  return String(number).padStart(32, '0');
}
