import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { machineToken } from '../../src/adapters/machine-token.ts';
import { contents, openRig, type Rig } from './harness.ts';
import type { Ended } from './program.ts';
import { objects, storeOn } from './sides.ts';

/* The program on a dev server: what it finds out, what it says, what it leaves alone. */

let rig: Rig;
beforeAll(async () => void (rig = await openRig({ knownStore: true })));
afterEach(() => rig.server.faults.clear());
afterAll(() => rig.close());

interface Line {
  readonly topic: string;
  readonly level: string;
  readonly text: string;
  readonly remedy: string | null;
}

const linesOf = (ended: Ended): readonly Line[] => ended.json()['lines'] as Line[];
const troublesOf = (ended: Ended): string[] =>
  linesOf(ended).flatMap(({ topic, level }) =>
    level === 'problem' || level === 'warning' ? [`${level}: ${topic}`] : [],
  );
const line = (ended: Ended, topic: string): Line | undefined => linesOf(ended).find((one) => one.topic === topic);

/** The dev server keeps no versions, and says so. */
const ALWAYS = 'warning: versioning';

async function doctor(workspace: string, env?: Record<string, string>, ...args: string[]): Promise<Ended> {
  const ended = await rig.cli(workspace, ['doctor', '--json', ...args], env);
  const { accessKeyId, secretAccessKey } = rig.place.credentials;
  for (const secret of [accessKeyId, secretAccessKey]) expect(ended.stdout + ended.stderr).not.toContain(secret);
  return ended;
}

test('a workspace in step is well; neither side is changed, and the probe removes what it made', async () => {
  const a = await rig.workspace('well', { 'x.txt': 'X', 'sub/y.txt': 'Y' });
  await rig.cli(a, ['sync']);
  const store = storeOn(rig.place, 'well');
  for (const { key } of (await store.list('probe/')).objects) await store.delete(key);
  const before = [await objects(rig.place, 'well'), await contents(a)];
  const ended = await doctor(a);
  expect([ended.code, troublesOf(ended)]).toEqual([0, [ALWAYS]]);
  expect(ended.json()).toMatchObject({ schema: 1, ok: true, workspace: a, version: expect.any(String) });
  expect(linesOf(ended).map(({ topic }) => topic)).toEqual([
    'configuration',
    'shared folder',
    'credentials',
    'proxy',
    'reachability',
    'clock',
    'permissions',
    'datastore',
    'lease',
    'safe writes',
    'versioning',
    'encryption',
    'watching',
    'state folder',
    'base',
    'staging',
    'free space',
  ]);
  expect(line(ended, 'credentials')?.text).toContain('the environment');
  expect(line(ended, 'base')?.text).toContain('2 files in step');
  expect([await objects(rig.place, 'well'), await contents(a)]).toEqual(before);
  expect((await store.list('probe/')).objects).toEqual([]);
  store.close();
});

describe('says what is wrong, with the exit code a sync would meet', () => {
  test.each<[what: string, code: number, trouble: string, harm: () => void]>([
    ['listing refused', 5, 'problem: permissions', () => rig.server.faults.access('team-data', 'no-list')],
    ['writing refused', 5, 'problem: permissions', () => rig.server.faults.access('team-data', 'read-only')],
    ['conditions ignored', 5, 'problem: safe writes', () => rig.server.faults.lie({ conditions: 'ignored' })],
    ['conditions not atomic', 5, 'problem: safe writes', () => rig.server.faults.lie({ conditions: 'not-atomic' })],
    [
      'a register that is damaged',
      6,
      'problem: datastore',
      () => void rig.server.faults.add({ match: { method: 'GET', key: 'head.json' }, fault: { kind: 'corrupt' } }),
    ],
  ])('%s', async (_what, code, trouble, harm) => {
    const a = await rig.workspace('harm', { 'x.txt': 'X' });
    await rig.cli(a, ['push']);
    harm();
    const ended = await doctor(a);
    expect([ended.code, troublesOf(ended).filter((one) => one !== ALWAYS)]).toEqual([code, [trouble]]);
    expect(ended.json()).toMatchObject({ ok: false, error: { remedy: expect.stringMatching(/./) } });
  });

  test('no credentials: the way to sign in; the store is still looked for', async () => {
    const a = await rig.workspace('nobody', { 'x.txt': 'X' });
    const ended = await doctor(a, { AWS_ACCESS_KEY_ID: '', AWS_PROFILE: 'team' });
    expect([ended.code, troublesOf(ended)]).toEqual([5, ['problem: credentials']]);
    expect(line(ended, 'credentials')?.remedy).toContain('aws sso login');
    expect(line(ended, 'reachability')?.level).toBe('ok');
    expect(line(ended, 'safe writes')).toBeUndefined();
  });

  test('wrong credentials, of which no part is shown', async () => {
    const a = await rig.workspace('wrong', { 'x.txt': 'X' });
    const ended = await doctor(a, { AWS_SECRET_ACCESS_KEY: 'a-secret-that-is-wrong' });
    expect([ended.code, ended.json()]).toMatchObject([5, { error: { kind: 'credentials' } }]);
    expect(ended.stdout).not.toContain('a-secret-that-is-wrong');
  });

  test('no such bucket', async () => {
    const a = await rig.workspace('nobucket', { 'x.txt': 'X' });
    const url = `s3://no-such-bucket/p?root=data&endpoint=${rig.place.endpoint}`;
    const ended = await doctor(a, {}, '--datastore', url);
    expect([ended.code, ended.json()]).toMatchObject([5, { error: { kind: 'bucket' } }]);
    expect(line(ended, 'configuration')?.text).toContain('set by --datastore');
  });

  test('no network: what is here is looked at all the same', async () => {
    const a = await rig.workspace('offline', { 'x.txt': 'X' });
    const ended = await doctor(a, {}, '--datastore', 's3://team-data/p?root=data&endpoint=http://127.0.0.1:1');
    expect([ended.code, ended.json()]).toMatchObject([5, { error: { kind: 'offline' } }]);
    expect(troublesOf(ended)).toEqual(['problem: reachability']);
    for (const topic of ['shared folder', 'watching', 'state folder', 'base', 'free space'])
      expect(line(ended, topic)).toBeDefined();
  });

  test('a prefix of somebody else: nothing is written to it, not even a probe', async () => {
    const a = await rig.workspace('foreign', { 'x.txt': 'X' });
    const store = storeOn(rig.place, 'foreign');
    await store.put('theirs.txt', new TextEncoder().encode('theirs'));
    const ended = await doctor(a);
    expect([ended.code, ended.json()]).toMatchObject([6, { error: { kind: 'foreign' } }]);
    expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['theirs.txt']);
    store.close();
  });

  test('no configuration, and one with mistakes', async () => {
    const none = await doctor(rig.folder);
    expect([none.code, troublesOf(none)]).toEqual([2, ['problem: configuration']]);
    const a = await rig.workspace('mistakes');
    writeFileSync(path.join(a, '.datastore.yaml'), 'type: s3\nroot: ../x\nbucket: My_Bucket\n');
    const wrong = await doctor(a);
    expect([wrong.code, troublesOf(wrong)]).toEqual([2, ['problem: configuration', 'problem: configuration']]);
    expect(wrong.stdout).toContain('.datastore.yaml:3');
  });

  test('a shared folder that is a link', async () => {
    const a = await rig.workspace('link');
    mkdirSync(path.join(a, 'elsewhere'));
    symlinkSync('elsewhere', path.join(a, 'data'));
    const ended = await doctor(a);
    expect([ended.code, troublesOf(ended)]).toEqual([2, ['problem: shared folder', ALWAYS]]);
  });

  test('a record of the last sync that is gone, or damaged', async () => {
    const a = await rig.workspace('lost', { 'x.txt': 'X' });
    await rig.cli(a, ['sync']);
    // What cannot be written is not tried: here only this machine is looked at.
    rig.server.faults.access('team-data', 'read-only');
    const state = /^(\S+)/.exec(line(await doctor(a), 'state folder')?.text ?? '')?.[1] ?? '';
    writeFileSync(path.join(state, 'base.jsonl'), 'cut');
    expect(line(await doctor(a), 'base')).toMatchObject({
      level: 'warning',
      text: expect.stringContaining('cannot be read'),
    });
    rmSync(path.join(state, 'base.jsonl'));
    expect(line(await doctor(a), 'base')).toMatchObject({ level: 'warning', text: expect.stringContaining('is gone') });
  });

  test('a folder that was in step and is gone', async () => {
    const a = await rig.workspace('gone', { 'x.txt': 'X' });
    await rig.cli(a, ['sync']);
    rmSync(path.join(a, 'data'), { recursive: true });
    expect(troublesOf(await doctor(a))).toEqual(['warning: shared folder', ALWAYS, 'warning: base']);
  });

  test('a proxy that is not used', async () => {
    rig.server.faults.access('team-data', 'read-only');
    const ended = await doctor(await rig.workspace('proxy', {}), { http_proxy: 'http://user:hush@proxy.example' });
    expect(line(ended, 'proxy')).toMatchObject({ level: 'warning', text: expect.stringContaining('http_proxy') });
    expect(ended.stdout).not.toContain('hush');
  });
});

test('who holds the lease is named, and whether that is this workspace', async () => {
  const a = await rig.workspace('held', { 'x.txt': 'X' });
  const b = await rig.workspace('held');
  await rig.cli(a, ['sync']);
  const held = rig.start(a, ['lock', 'acquire', '--json']);
  await held.printed('"lease"');
  expect(line(await doctor(b), 'lease')).toMatchObject({ level: 'note', text: expect.stringContaining('held by') });
  expect(line(await doctor(a), 'lease')).toMatchObject({
    level: 'ok',
    text: expect.stringContaining('this workspace'),
  });
  held.process.kill('SIGINT');
  await held.ended;
});

test('a folder used in place is looked at, too', async () => {
  const a = await rig.workspace('inplace', { 'x.txt': 'X' });
  writeFileSync(path.join(a, '.datastore.yaml'), 'type: filesystem\npath: data\n');
  const ended = await doctor(a);
  expect([ended.code, linesOf(ended).map(({ topic, level }) => [topic, level])]).toEqual([
    0,
    [
      ['configuration', 'ok'],
      ['shared folder', 'ok'],
      ['reachability', 'ok'],
      ['permissions', 'ok'],
      ['clock', 'ok'],
      ['lease', 'ok'],
      ['state folder', 'ok'],
      ['staging', 'ok'],
      ['free space', 'ok'],
    ],
  ]);
});

test('a folder used in place that is not there, and one that is locked by what lives no more', async () => {
  const a = await rig.workspace('gone', { 'x.txt': 'X' });
  writeFileSync(path.join(a, '.datastore.yaml'), 'type: filesystem\npath: nowhere\n');
  const gone = await doctor(a);
  expect([gone.code, linesOf(gone).at(-1)]).toMatchObject([
    2,
    { topic: 'shared folder', level: 'problem', kind: 'config', remedy: expect.stringContaining('Mount it') },
  ]);
  writeFileSync(path.join(a, '.datastore.yaml'), 'type: filesystem\npath: data\n');
  const six = { holder: 'carol', hostname: hostname(), pid: 1 << 30, acquiredAt: 'then', ttlMs: 30_000, nonce: 'n' };
  const lock = { ...six, machine: machineToken() };
  writeFileSync(path.join(a, 'data', '.datastore.lock'), JSON.stringify(lock));
  const locked = await doctor(a);
  expect([locked.code, linesOf(locked).find(({ topic }) => topic === 'lease')]).toMatchObject([
    0,
    { level: 'note', text: expect.stringMatching(/^held by carol .*; gone, and taken over/) },
  ]);
});

test('for people: lines that fit, a remedy below each trouble, and a sum', async () => {
  const a = await rig.workspace('people', { 'x.txt': 'X' });
  const ended = await rig.cli(a, ['doctor']);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toMatch(/^ok {7}reachability .* answers in \d+ ms$/m);
  expect(ended.stdout).toMatch(/^warning {2}versioning .*\n +→ Turn on versioning/m);
  expect(ended.stdout.trimEnd().split('\n').at(-1)).toBe('1 warning.');
  for (const one of ended.stdout.split('\n').filter((text) => !text.includes('/state/')))
    expect(one.length).toBeLessThanOrEqual(80);
});

test('a stop breaks it off', async () => {
  const a = await rig.workspace('stop', { 'x.txt': 'X' });
  rig.server.faults.add({ match: { method: 'PUT' }, fault: { kind: 'hang', when: 'before' } });
  rig.server.requests.reset();
  const running = rig.start(a, ['doctor', '--json']);
  await vi.waitUntil(() => (rig.server.requests.byMethod['PUT'] ?? 0) > 0, { timeout: 30_000 });
  running.process.kill('SIGINT');
  const ended = await running.ended;
  expect([ended.code, ended.json()]).toMatchObject([1, { error: { kind: 'cancelled' } }]);
});
