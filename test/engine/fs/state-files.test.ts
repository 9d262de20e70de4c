import { lstatSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStateFiles } from '../../../src/adapters/fs/state-files.ts';
import { openSandbox } from './sandbox.ts';

const HASH = /^[0-9a-f]{32}$/;

test.each([
  { what: 'Linux', platform: 'linux', env: {}, folder: '/home/me/.local/state' },
  { what: 'macOS', platform: 'darwin', env: {}, folder: '/home/me/Library/Application Support' },
  { what: 'Windows', platform: 'win32', env: { LOCALAPPDATA: '/users/me/local' }, folder: '/users/me/local' },
  { what: 'Windows without LOCALAPPDATA', platform: 'win32', env: {}, folder: '/home/me/AppData/Local' },
  { what: 'XDG_STATE_HOME', platform: 'linux', env: { XDG_STATE_HOME: '/state' }, folder: '/state' },
  {
    what: 'a relative XDG_STATE_HOME, which counts as none',
    platform: 'linux',
    env: { XDG_STATE_HOME: 'state' },
    folder: '/home/me/.local/state',
  },
])('the folder on $what', ({ platform, env, folder }) => {
  const { folder: found } = openStateFiles('/w/data', { env, platform, home: '/home/me' });
  expect(join(found, '..')).toBe(join(folder, 'datastore-sync'));
  expect(found.split('/').at(-1)).toMatch(HASH);
});

function open(root = '/w/data', box = openSandbox()) {
  return openStateFiles(root, { env: { XDG_STATE_HOME: join(box.outside, 'not/yet') }, platform: 'linux', home: '/' });
}

test('records are written, read, replaced and removed, each root in its own folder', async () => {
  const state = open();
  expect(await state.read('base.json')).toBeNull();
  await state.remove('base.json');
  await state.write('base.json', new Uint8Array([1, 2]));
  await state.write('base.json', new Uint8Array(1_000_000).fill(7));
  await state.write('empty', new Uint8Array());
  expect(await state.read('base.json')).toEqual(new Uint8Array(1_000_000).fill(7));
  expect(await state.read('empty')).toEqual(new Uint8Array());
  expect(readdirSync(state.folder).toSorted()).toEqual(['base.json', 'empty', 'workspace.json']);
  await state.remove('base.json');
  expect(await state.read('base.json')).toBeNull();
  expect(JSON.parse(readFileSync(join(state.folder, 'workspace.json'), 'utf8'))).toEqual({ root: '/w/data' });
  expect(openStateFiles('/w/data2').folder).not.toBe(openStateFiles('/w/data').folder);
});

test('a folder that goes meanwhile is made again, with its note', async () => {
  const state = open();
  await state.write('r', new Uint8Array([1]));
  rmSync(join(state.folder, '..'), { recursive: true });
  await state.write('r', new Uint8Array([2]));
  expect(readdirSync(state.folder).toSorted()).toEqual(['r', 'workspace.json']);
});

test('records are for nobody else', async () => {
  const umask = process.umask(0);
  try {
    const state = open();
    await state.write('base.json', new Uint8Array([1]));
    const modes = ['..', '.', 'base.json', 'workspace.json'].map((name) =>
      (lstatSync(join(state.folder, name)).mode & 0o777).toString(8),
    );
    expect(modes).toEqual(['700', '700', '600', '600']);
  } finally {
    process.umask(umask);
  }
});

test('writers at once leave one whole record', async () => {
  const state = open();
  await Promise.all(Array.from({ length: 20 }, (_, n) => state.write('r', new Uint8Array(10_000).fill(n))));
  const bytes = await state.read('r');
  expect(bytes).toHaveLength(10_000);
  expect(new Set(bytes).size).toBe(1);
  expect(readdirSync(state.folder).toSorted()).toEqual(['r', 'workspace.json']);
});

test('what a crash left half-written is swept by the next process once it is old', async () => {
  const box = openSandbox();
  const state = open('/w/data', box);
  await state.write('r', new Uint8Array([1]));
  for (const name of ['r.new-1-0', 'r.new-2-0']) writeFileSync(join(state.folder, name), 'half');
  utimesSync(join(state.folder, 'r.new-1-0'), 1, 1);
  await open('/w/data', box).write('r', new Uint8Array([2]));
  expect(readdirSync(state.folder).toSorted()).toEqual(['r', 'r.new-2-0', 'workspace.json']);
});

test.each(['', '..', '../x', 'a/b', '/etc/x', 'a\\b', '.hidden', 'r.new-1-0'])(
  'no record is named %j',
  async (name) => {
    const state = open();
    await expect(state.write(name, new Uint8Array())).rejects.toMatchObject({ kind: 'failed' });
    await expect(state.read(name)).rejects.toMatchObject({ kind: 'failed' });
  },
);
