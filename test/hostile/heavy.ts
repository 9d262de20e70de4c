import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { openStateFiles } from '../../src/adapters/fs/state-files.ts';
import { createMemoryStore } from '../../src/adapters/store/memory-store.ts';
import { systemClock } from '../../src/adapters/system.ts';
import type { Commit } from '../../src/core/format/records.ts';
import { createRemoteLog, type RemoteLog } from '../../src/engine/remote/remote-log.ts';
import { createBaseStore } from '../../src/engine/state/base-store.ts';
import { lineFor, sha256 } from './forged-remote.ts';

/* A process of its own, for its memory: `node heavy.ts entries N` or `bomb MEMBERS`. Prints one line of JSON. */

const pathOf = (index: number): string =>
  `folder-${String(Math.trunc(index / 1_000)).padStart(4, '0')}/file-${String(index).padStart(7, '0')}.bin`;
const CONTENT = sha256('x');
const KEY = `commits/0000000001-${'a'.repeat(8)}.json`;
const COMMIT: Commit = {
  format: 1,
  datastoreId: 'heavy',
  generation: 1,
  id: 'a'.repeat(8),
  parent: null,
  epoch: 1,
  by: '',
  at: '',
  message: '',
  stats: { files: 0, bytes: 0, added: 0, changed: 0, removed: 0 },
  shards: [],
};

const [task, amount] = [process.argv[2], Number(process.argv[3])];
// In memory where the system has such a folder: every record is flushed to disk, and here no power is cut.
const state = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'datastore-heavy-'));
try {
  const bucket = new Map();
  const store = createMemoryStore({ codec: nodeCodec, clock: systemClock, bucket, prefix: 'team' });
  const base = createBaseStore(
    openStateFiles(state, { env: { XDG_STATE_HOME: state }, platform: 'linux', home: state }),
  );
  const log = createRemoteLog(store, nodeCodec, base);
  const found = task === 'bomb' ? await bomb(log, (key, bytes) => store.put(key, bytes)) : await entries(log);
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(`${JSON.stringify({ ...found, peakMiB: peak })}\n`);
} finally {
  rmSync(state, { recursive: true, force: true });
}

/** Writes an index of that many entries shard by shard, and reads it back. */
async function entries(log: RemoteLog): Promise<object> {
  const signal = new AbortController().signal;
  const shards = await log.writeShards([{ shard: null, lines }], null, 1, signal);
  const commit: Commit = { ...COMMIT, shards };
  const { pointer, tree, refused, damaged } = await log.view(await log.writeCommit(commit, KEY, signal));
  let wrong = 0;
  let index = 0;
  for (const { path, sha256: hash } of tree.values()) {
    if (path !== pathOf(index) || hash !== CONTENT) wrong += 1;
    index += 1;
  }
  return {
    generation: pointer?.generation,
    shards: shards.length,
    entries: tree.size,
    wrong,
    refused: refused.length,
    damaged: damaged.length,
  };
}

function* lines(): Iterable<{ path: string; line: string }> {
  const sample = lineFor('PATH', 'x');
  for (let index = 0; index < amount; index += 1) {
    const path = pathOf(index);
    yield { path, line: sample.replace('PATH', path) };
  }
}

/** A shard whose 10 KiB members claim 10 MiB of zeros each. */
async function bomb(log: RemoteLog, put: (key: string, bytes: Uint8Array) => Promise<unknown>): Promise<object> {
  const member = gzipSync(new Uint8Array(10 << 20), { level: 9 });
  const bytes = Buffer.concat(Array.from({ length: amount }, () => member));
  const shard = { key: `index/${CONTENT}-1.jsonl.gz`, sha256: CONTENT, first: 'a', last: 'b', count: 2 };
  await put(shard.key, bytes);
  const signal = new AbortController().signal;
  const { tree, damaged } = await log.view(await log.writeCommit({ ...COMMIT, shards: [shard] }, KEY, signal));
  return { zippedBytes: bytes.length, claimedMiB: amount * 10, entries: tree.size, damaged };
}
