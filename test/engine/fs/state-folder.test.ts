import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { syncFolder } from '../../../src/adapters/fs/fsync.ts';
import { openStateFiles } from '../../../src/adapters/fs/state-files.ts';
import { asOrdinaryUser, openSandbox } from './sandbox.ts';

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

beforeEach(() => void vi.mocked(syncFolder).mockClear());

test.each([
  { what: 'no folder above it exists', home: 'not/yet' },
  { what: 'the folder of the state exists', home: '.' },
])(
  'a power cut leaves a record that was written: every new folder is flushed where it lies, and $what',
  async ({ home }) => {
    const box = openSandbox();
    const state = openStateFiles('/w/data', {
      env: { XDG_STATE_HOME: join(box.outside, home) },
      platform: 'linux',
      home: '/',
    });
    await state.write('base.jsonl', new Uint8Array([1]));
    const flushed = new Set(vi.mocked(syncFolder).mock.calls.map(([path]) => path));
    for (let at = state.folder; at !== box.outside; at = join(at, '..')) expect(flushed).toContain(join(at, '..'));
  },
);

/** Entered and written, and not listed. */
const UNLISTED = 0o300;

test.each([
  { what: 'the folder of the state is made in it', home: 'unlisted/state', flushed: ['unlisted/state'] },
  { what: 'it is the folder of the state', home: 'unlisted', flushed: ['unlisted/datastore-sync'] },
])('a folder above the records that may not be listed stops no record, and $what', async ({ home, flushed }) => {
  const box = openSandbox();
  const unlisted = join(box.outside, 'unlisted');
  mkdirSync(unlisted);
  if (process.geteuid?.() === 0) chownSync(unlisted, 65_534, 65_534);
  chmodSync(unlisted, UNLISTED);
  const state = openStateFiles('/w/data', {
    env: { XDG_STATE_HOME: join(box.outside, home) },
    platform: 'linux',
    home: '/',
  });
  const read = await asOrdinaryUser(async () => {
    await state.write('base.jsonl', new Uint8Array([1]));
    return state.read('base.jsonl');
  });
  chmodSync(unlisted, 0o700);
  expect(read).toEqual(new Uint8Array([1]));
  const tried = vi.mocked(syncFolder).mock.calls.map(([path]) => path);
  for (const path of ['unlisted', ...flushed]) expect(tried).toContain(join(box.outside, path));
});
