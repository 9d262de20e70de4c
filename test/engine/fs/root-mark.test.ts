import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { syncFolder } from '../../../src/adapters/fs/fsync.ts';
import { openSandbox } from './sandbox.ts';

// Other files of this worker have loaded the adapter as it is, and others will.
vi.hoisted(() => vi.resetModules());
afterAll(() => {
  vi.doUnmock('../../../src/adapters/fs/fsync.ts');
  vi.resetModules();
});

vi.mock(import('../../../src/adapters/fs/fsync.ts'), async (load) => {
  const real = await load();
  return { ...real, syncFolder: vi.fn(real.syncFolder) };
});

test('a power cut leaves the mark of a root: the folder that it is in is flushed where it lies', async () => {
  const box = openSandbox();
  await box.files.setMark('one', { tool: 'a test', remote: 'somewhere' });
  const flushed = vi.mocked(syncFolder).mock.calls.map(([path]) => path);
  expect(flushed).toEqual(expect.arrayContaining([join(box.root, '.datastore-staging'), box.root]));
});
