import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { SyncError } from '../../../src/core/errors.ts';
import { openSandbox } from './sandbox.ts';

/* A disk that fails at one file of many: its neighbours come, it leaves nothing, it is told why, and nothing stays open. */

type Call = (...given: unknown[]) => unknown;
const disk = vi.hoisted(() => ({
  /** Calls that fail, of the file that is staged second. */
  fails: new Set<string>(),
  target: -1,
  open: new Set<number>(),
  mostOpen: 0,
}));
// Other files of this worker have loaded the adapters with the real disk, and others will.
vi.hoisted(() => vi.resetModules());
afterAll(() => {
  vi.doUnmock('node:fs');
  vi.resetModules();
});
afterEach(() => disk.fails.clear());

vi.mock('node:fs', async (load) => {
  const real = await load<Readonly<Record<string, Call>>>();
  const refusal = (syscall: string) => Object.assign(new Error(`EIO: ${syscall}`), { code: 'EIO', syscall });
  const failing =
    (name: string): Call =>
    (...given) => {
      const isTarget = given[0] === disk.target || String(given[0]).endsWith('/in/1');
      const error = isTarget && disk.fails.has(name) ? refusal(name) : null;
      const call = real[name] ?? (() => undefined);
      const answer = name === 'closeSync' || error === null ? call(...given) : undefined;
      if (error !== null && name === 'fsync') return (given[1] as Call)(error);
      if (error !== null) throw error;
      return answer;
    };
  const openSync: Call = (...given) => {
    const fd = real['openSync']?.(...given) as number;
    if (/\/in\/\d+$/.test(String(given[0]))) disk.open.add(fd);
    disk.mostOpen = Math.max(disk.mostOpen, disk.open.size);
    if (String(given[0]).endsWith('/in/1')) disk.target = fd;
    return fd;
  };
  const close = failing('closeSync');
  const closeSync: Call = (fd) => {
    disk.open.delete(fd as number);
    try {
      return close(fd);
    } finally {
      // The next file may get the number.
      if (fd === disk.target) disk.target = -1;
    }
  };
  const tapped = Object.fromEntries(
    ['writeSync', 'futimesSync', 'fsync', 'fstatSync', 'unlinkSync'].map((name) => [name, failing(name)]),
  );
  const both = { ...real, ...tapped, openSync, closeSync };
  return { ...both, default: both };
});

test.each([
  [['writeSync']],
  [['futimesSync']],
  [['fsync']],
  [['fstatSync']],
  [['closeSync']],
  [['writeSync', 'closeSync']],
  [['fsync', 'closeSync']],
])('%j', async (fails) => {
  const box = openSandbox();
  for (const fail of fails) disk.fails.add(fail);
  const contents = ['a', 'b', 'c'].map((text) => ({ bytes: Buffer.from(text), mtime: 1_000, exec: false }));
  const staged = await box.files.stageAll(contents);
  expect(staged.map((one) => (one instanceof SyncError ? one.kind : one.name))).toEqual(['0', 'local', '2']);
  expect(staged[1]).toMatchObject({ message: expect.stringContaining('could not be written') });
  expect(readdirSync(join(box.root, '.datastore-staging', box.run, 'in'))).toEqual(['0', '2']);
  expect([...disk.open]).toEqual([]);
});

test('also what cannot be taken away again stops none, and leaves nothing open', async () => {
  const box = openSandbox();
  for (const fail of ['fsync', 'unlinkSync']) disk.fails.add(fail);
  const contents = ['a', 'b', 'c'].map((text) => ({ bytes: Buffer.from(text), mtime: 1_000, exec: false }));
  const staged = await box.files.stageAll(contents);
  expect(staged.map((one) => one instanceof SyncError)).toEqual([false, true, false]);
  expect([...disk.open]).toEqual([]);
});

test('of many, some are open at a time', async () => {
  const box = openSandbox();
  disk.mostOpen = 0;
  const contents = Array.from({ length: 100 }, () => ({ bytes: Buffer.from('text'), mtime: 1_000, exec: false }));
  expect(await box.files.stageAll(contents)).toHaveLength(100);
  expect(disk.mostOpen).toBe(32);
  expect([...disk.open]).toEqual([]);
});
