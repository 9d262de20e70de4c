import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLocalFiles } from '../../../src/adapters/fs/local-files.ts';
import { systemClock } from '../../../src/adapters/system.ts';
import type { LocalFiles } from '../../../src/engine/ports.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const open = (workspace: string, root: string): LocalFiles =>
  openLocalFiles({ workspace, root, run: 'r', clock: systemClock, log });

interface Row {
  readonly what: string;
  readonly root: string;
  readonly arrange?: (box: Sandbox) => void;
  readonly state: unknown;
}

test.each<Row>([
  { what: 'a folder', root: 'data', state: { kind: 'folder' } },
  {
    what: 'a folder deeper, however it is written',
    root: './deep//er/',
    arrange: (box) => void mkdirSync(join(box.workspace, 'deep/er'), { recursive: true }),
    state: { kind: 'folder' },
  },
  { what: 'nothing', root: 'absent/root', state: { kind: 'missing' } },
  {
    what: 'a file',
    root: 'file',
    arrange: (box) => writeFileSync(join(box.workspace, 'file'), ''),
    state: { kind: 'unusable', reason: '`file` is a file' },
  },
  {
    what: 'a link to a folder inside',
    root: 'link',
    arrange: (box) => symlinkSync('data', join(box.workspace, 'link')),
    state: { kind: 'unusable', reason: '`link` is a link' },
  },
  {
    what: 'a link on the way',
    root: 'link/below',
    arrange: (box) => symlinkSync(box.outside, join(box.workspace, 'link')),
    state: { kind: 'unusable', reason: '`link` is a link' },
  },
  {
    what: 'a dangling link',
    root: 'link',
    arrange: (box) => symlinkSync('nowhere', join(box.workspace, 'link')),
    state: { kind: 'unusable', reason: '`link` is a link' },
  },
  {
    what: 'above the workspace',
    root: '../outside',
    state: { kind: 'unusable', reason: expect.stringContaining('not inside') },
  },
  {
    what: 'out and in again',
    root: 'data/../../outside',
    state: { kind: 'unusable', reason: expect.stringContaining('not inside') },
  },
  {
    what: 'an absolute path',
    root: '/tmp',
    state: { kind: 'unusable', reason: expect.stringContaining('not inside') },
  },
  {
    what: "git's folder",
    root: '.git/data',
    state: { kind: 'unusable', reason: expect.stringContaining('cannot be part') },
  },
])('the root is $what', async ({ root, arrange, state }) => {
  const box = openSandbox();
  arrange?.(box);
  const files = open(box.workspace, root);
  expect(await files.state()).toEqual(state);
  if ((await files.state()).kind === 'unusable') {
    await expect(files.create()).rejects.toMatchObject({ kind: 'local' });
    await expect(files.walk(() => false)).rejects.toMatchObject({ kind: 'local' });
  } else {
    await files.create();
    expect(await files.state()).toEqual({ kind: 'folder' });
  }
});

test('a workspace reached through a link is the real one', async () => {
  const box = openSandbox();
  symlinkSync(box.workspace, join(box.outside, 'shortcut'));
  box.write('a', 'x');
  const files = open(join(box.outside, 'shortcut'), 'data');
  expect(files.root).toBe(box.root);
  expect([...(await files.walk(() => false)).files.keys()]).toEqual(['a']);
});

test('a workspace that is gone is a missing root', async () => {
  const box = openSandbox();
  rmSync(box.workspace, { recursive: true });
  expect(await open(box.workspace, 'data').state()).toEqual({ kind: 'missing' });
  await expect(open(box.workspace, 'data').create()).rejects.toMatchObject({ kind: 'local' });
});

test('the mark is there once it is set, and what is no mark of ours is one that nobody knows', async () => {
  const box = openSandbox();
  expect(await box.files.mark()).toBeNull();
  await box.files.walk(() => false);
  expect(await box.files.mark()).toBeNull();
  const notes = { tool: 'a test', remote: 'somewhere' };
  await box.files.setMark('one', notes);
  await box.files.setMark('two', notes);
  expect(await box.reopen().mark()).toBe('two');
  expect(JSON.parse(box.read('.datastore-staging/root.json'))).toEqual({ mark: 'two', ...notes });
  for (const other of ['{"mark":2}', 'null', 'two']) {
    writeFileSync(join(box.root, '.datastore-staging', 'root.json'), other);
    expect(await box.files.mark()).toBe(other);
  }
});
