import { expect, test } from 'vitest';
import { nodeCodec } from '../../src/adapters/codec.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import { COMPRESSION_LIMITS } from '../../src/core/plan/compression.ts';
import { CHUNK_LIMITS, LARGEST_FILE } from '../../src/core/plan/cut-chunks.ts';
import { createByteBudget } from '../../src/engine/contents/byte-budget.ts';
import { createUploader } from '../../src/engine/contents/upload.ts';
import { openWorld } from '../support/replica.ts';

test.each([
  [LARGEST_FILE, 'opened'],
  [LARGEST_FILE + 1, 'refused'],
])('a file of %i bytes is %s, before anything of it is read or sent', async (size, expected) => {
  const path = 'huge.bin' as SyncPath;
  const { store } = openWorld();
  const asked: string[] = [];
  const uploader = createUploader({
    store,
    codec: nodeCodec,
    epoch: 1,
    earlier: new Map(),
    standing: new Map(),
    compression: COMPRESSION_LIMITS,
    chunks: CHUNK_LIMITS,
    budget: createByteBudget(1),
    signal: new AbortController().signal,
    assertMayWrite() {},
    onBytes() {},
    files: new Proxy({} as Parameters<typeof createUploader>[0]['files'], {
      get: (_, name) => async () => {
        asked.push(String(name));
        return name === 'stat' ? null : Promise.reject(new Error('gone'));
      },
    }),
  });
  const stamp = { size, mtime: 0, ctime: 0, inode: 1, exec: false };
  const local = { path, sha256: '0'.repeat(64), stamp };
  const [sent] = await uploader.upload([{ kind: 'upload', path, base: null, remote: null, local }]);
  if (expected === 'opened') expect(asked[0]).toBe('open');
  else {
    expect(sent).toMatchObject({ kind: 'failed', reason: expect.stringContaining('larger than 256 GiB') });
    expect(asked).toEqual([]);
  }
  expect(store.traffic.requests).toBe(0);
});
