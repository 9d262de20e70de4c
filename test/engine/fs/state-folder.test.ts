import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { syncFolder } from '../../../src/adapters/fs/fsync.ts';
import { openStateFiles } from '../../../src/adapters/fs/state-files.ts';
import { openSandbox } from './sandbox.ts';

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
