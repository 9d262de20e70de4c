import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openMachine } from '../../src/adapters/machine.ts';
import { systemClock } from '../../src/adapters/system.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'machine-'));
  for (const path of [
    'tree/a/b',
    'tree/skipped/c',
    'tree/empty',
    'proc/sys/fs/inotify',
    'proc/12/fd',
    'proc/12/fdinfo',
  ])
    mkdirSync(join(folder, path), { recursive: true });
  for (const path of ['tree/x', 'tree/a/y', 'tree/a/b/z', 'tree/skipped/c/no'])
    writeFileSync(join(folder, path), '12345');
  writeFileSync(join(folder, 'proc/sys/fs/inotify/max_user_watches'), '8192\n');
  symlinkSync('anon_inode:inotify', join(folder, 'proc/12/fd/3'));
  symlinkSync('/dev/null', join(folder, 'proc/12/fd/4'));
  writeFileSync(join(folder, 'proc/12/fdinfo/3'), 'pos:\t0\ninotify wd:1 ino:2\ninotify wd:2 ino:3\n');
  writeFileSync(join(folder, 'proc/12/fdinfo/4'), 'inotify wd:1 in no way\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const machine = () => openMachine({ http_proxy: 'http://proxy' }, systemClock, join(folder, 'proc'));

test('files and folders are counted without what is skipped', async () => {
  const skip = (path: string): boolean => path === 'skipped';
  expect(await machine().count(join(folder, 'tree'), skip)).toEqual({ files: 3, folders: 4 });
  await expect(machine().count(join(folder, 'nowhere'), skip)).rejects.toMatchObject({ kind: 'local' });
});

test('watches are those that all programs of this person have taken', async () => {
  expect(await machine().watches()).toEqual({ limit: 8192, used: 2 });
  expect(await openMachine({}, systemClock, join(folder, 'nowhere')).watches()).toEqual({ limit: null, used: 0 });
});

test('sizes and room of what is there, or of what is above it', async () => {
  expect(await machine().bytesBelow(join(folder, 'tree'))).toBe(20);
  expect(await machine().bytesBelow(join(folder, 'nowhere'))).toBe(0);
  expect(await machine().isWritable(join(folder, 'not/there/yet'))).toBe(true);
  expect(await machine().freeBytes(join(folder, 'not/there/yet'))).toBeGreaterThan(0);
});

test('a proxy counts by protocol', () => {
  expect(machine().proxiesFor('http://127.0.0.1:9000')).toEqual(['http_proxy']);
  expect(machine().proxiesFor('https://s3.example')).toEqual([]);
  expect(machine().proxiesFor('no address')).toEqual([]);
});
