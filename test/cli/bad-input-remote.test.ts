import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { ObjectStore } from '../../src/engine/ports.ts';
import { type Forger, openForger } from './forge.ts';
import { contents, openRig, type Rig, write } from './harness.ts';
import { expectRefused, type Refusal } from './refusal.ts';
import { objects, sha256, storeOn, tree } from './sides.ts';

/* A remote that is not what it should be: foreign, newer, older, damaged, hostile. */

let rig: Rig;
beforeAll(async () => void (rig = await openRig({ knownStore: true })));
afterAll(() => rig.close());

let count = 0;

interface Scene {
  readonly prefix: string;
  readonly store: ObjectStore;
  readonly forger: Forger;
  /** In step with generation 2. */
  readonly known: string;
  /** Has never synced, and has a file of its own. */
  readonly fresh: string;
}

/** A remote of two commits. */
async function openScene(): Promise<Scene> {
  const prefix = `remote${++count}`;
  const known = await rig.workspace(prefix, { 'a.txt': 'A', 'sub/b.txt': 'B' });
  expect((await rig.cli(known, ['sync'])).code).toBe(0);
  await write(known, { 'c.txt': 'C' });
  expect((await rig.cli(known, ['sync'])).code).toBe(0);
  const store = storeOn(rig.place, prefix);
  onTestFinished(() => store.close());
  return { prefix, store, forger: openForger(store), known, fresh: await rig.workspace(prefix, { 'own.txt': 'own' }) };
}

describe('a prefix that holds something else', () => {
  test.each<[what: string, keys: Record<string, string>, says: RegExp]>([
    ['plain files', { 'photo.jpg': 'x', 'b/c': 'y' }, /is not empty and is no datastore: found b\/c, photo\.jpg/],
    [
      'the index of another tool',
      { '.datastore-index.json': '{}', a: '' },
      /found \.datastore-index\.json \(the index of another datastore tool\)/,
    ],
    [
      'the index of another tool, lower down',
      { '_index/_meta.json': '{}' },
      /found _index\/_meta\.json \(the index of/,
    ],
    ['a datastore without its head', { [`objects/${'0'.repeat(64)}-1`]: 'x' }, /is not empty and is no datastore/],
  ])('%s', async (_what, keys, says) => {
    const prefix = `foreign${++count}`;
    const store = storeOn(rig.place, prefix);
    for (const [key, text] of Object.entries(keys)) await store.put(key, Buffer.from(text));
    store.close();
    const workspace = await rig.workspace(prefix, { 'x.txt': 'X' });
    const refusal = { code: 6, kind: 'foreign', says, remedy: 'Nothing was written. Choose another `prefix`' };
    for (const args of [['sync'], ['push'], ['lock', 'acquire', '--for', '1s']])
      await expectRefused(rig, { workspace, prefix, args }, refusal);
  });
});

describe('a remote that was changed behind our back', () => {
  const accept = /Look with --dry-run; to join both sides, deleting nothing, pass --accept-remote \d+/;

  test.each<
    [what: string, damage: (scene: Scene) => Promise<unknown>, refusal: Refusal, whose: 'known' | 'fresh' | 'both']
  >([
    [
      'another datastore',
      ({ forger }) => forger.setHead((head) => ({ ...head, datastoreId: 'another' })),
      { code: 6, kind: 'veto', says: 'another datastore lies at this place', remedy: accept },
      'known',
    ],
    [
      'the head of an older generation',
      async ({ forger, store }) => {
        const parent = JSON.parse((await forger.read(await forger.first('commits/'))).toString()) as { id: string };
        const key = await forger.first('commits/');
        const pointer = { generation: 1, id: parent.id, key, sha256: sha256(await forger.read(key)) };
        await forger.setHead((head) => ({
          ...head,
          epoch: 1,
          nonce: 'old',
          commit: { ...(head['commit'] as object), ...pointer },
        }));
        expect((await store.list('commits/')).objects).toHaveLength(2);
      },
      {
        code: 6,
        kind: 'veto',
        says: 'the remote is older (generation 1, epoch 1) than what was seen here (2, ',
        remedy: accept,
      },
      'known',
    ],
    [
      'a commit of other descent',
      ({ forger }) =>
        forger
          .setHead((head) => ({ ...head, recentCommits: [], nonce: 'x' }))
          .then(() => forger.commit((lines) => lines.slice(0, 1), { parent: null }))
          .then(() =>
            forger.setHead((head) => ({ ...head, recentCommits: (head['recentCommits'] as string[]).slice(0, 1) })),
          ),
      { code: 6, kind: 'veto', says: 'not in the history of the remote', remedy: accept },
      'known',
    ],
    [
      'a head of a higher format',
      ({ forger }) => forger.setHead((head) => ({ ...head, format: 2 })),
      { code: 6, kind: 'newer-format', says: /head\.json cannot be used: .*format 2/, remedy: 'Update Datastore Sync' },
      'both',
    ],
    [
      'a commit of a higher format',
      ({ forger }) => forger.commit((lines) => lines, { format: 2 }),
      { code: 6, kind: 'newer-format', says: 'format 2', remedy: 'Update Datastore Sync' },
      'both',
    ],
    [
      'a head that is no JSON',
      ({ forger }) => forger.put('head.json', '{ "format": 1'),
      {
        code: 6,
        kind: 'corrupt',
        says: 'head.json cannot be used',
        remedy: 'Nothing was written. Restore an earlier version',
      },
      'both',
    ],
    [
      'a head with a wrong field',
      ({ forger }) => forger.setHead((head) => ({ ...head, epoch: -1 })),
      { code: 6, kind: 'corrupt', says: 'its epoch is not a count', remedy: 'Restore an earlier version' },
      'both',
    ],
    [
      'a head that is too large',
      ({ forger }) => forger.setHead((head) => ({ ...head, junk: 'x'.repeat(70_000) })),
      { code: 6, kind: 'corrupt', says: 'head.json cannot be used', remedy: 'Restore an earlier version' },
      'both',
    ],
    [
      'a head that is gone',
      ({ store }) => store.delete('head.json'),
      { code: 6, kind: 'corrupt', says: 'head.json was there and is gone', remedy: 'Restore the object' },
      'known',
    ],
    [
      'a head that is gone, seen for the first time',
      ({ store }) => store.delete('head.json'),
      { code: 6, kind: 'foreign', says: 'is not empty and is no datastore', remedy: 'Choose another `prefix`' },
      'fresh',
    ],
    [
      'a commit with other bytes',
      async ({ forger }) => forger.put(await commitOf(forger), '{}'),
      {
        code: 6,
        kind: 'corrupt',
        says: /commits\/0000000002-.* its bytes do not match the hash/,
        remedy: 'Nothing was changed. Restore the object',
      },
      'fresh',
    ],
    [
      'a commit that is gone',
      async ({ forger, store }) => store.delete(await commitOf(forger)),
      { code: 6, kind: 'corrupt', says: /commits\/0000000002-.* it is missing/, remedy: 'Restore the object' },
      'fresh',
    ],
    [
      'an index with other bytes',
      async (scene) => scene.forger.put(await indexOf(scene), 'not gzip'),
      {
        code: 6,
        kind: 'corrupt',
        says: /index\/\w+-\d+\.jsonl\.gz/,
        remedy: 'nothing was written. Restore the object',
      },
      'fresh',
    ],
    [
      'an index that is gone',
      async (scene) => scene.store.delete(await indexOf(scene)),
      { code: 6, kind: 'corrupt', says: 'it is missing', remedy: 'Restore the object' },
      'fresh',
    ],
  ])('%s', async (_what, damage, refusal, whose) => {
    const scene = await openScene();
    const { prefix, known, fresh } = scene;
    await damage(scene);
    if (whose !== 'fresh') {
      await write(known, { 'new.txt': 'N' });
      await expectRefused(rig, { workspace: known, prefix }, refusal);
    }
    if (whose !== 'known') await expectRefused(rig, { workspace: fresh, prefix }, refusal);
  });

  test('a pull of a damaged index says so, and brings nothing into the base as if it were done', async () => {
    const scene = await openScene();
    const workspace = await rig.workspace(scene.prefix, {});
    mkdirSync(path.join(workspace, 'data'));
    const key = await indexOf(scene);
    const intact = await scene.forger.read(key);
    await scene.forger.put(key, 'not gzip');
    const refusal = { code: 6, kind: 'corrupt', says: key, remedy: 'Restore the object' };
    await expectRefused(rig, { workspace, prefix: scene.prefix, args: ['pull'] }, refusal);
    await scene.forger.put(key, intact);
    expect((await rig.cli(workspace, ['pull', '--json'])).json()).toMatchObject({ ok: true, downloaded: 3 });
  });

  test('an accepted remote is joined: nothing is deleted on either side', async () => {
    const { forger, known } = await openScene();
    await forger.commit((lines) => lines.slice(0, 1));
    await forger.setHead((head) => ({ ...head, datastoreId: 'another' }));
    expect(await rig.cli(known, ['sync', '--accept-remote', '2'])).toMatchObject({ code: 6 });
    expect((await rig.cli(known, ['sync', '--accept-remote', '3', '--json'])).json()).toMatchObject({ ok: true });
    expect(Object.keys(await contents(known))).toEqual(['a.txt', 'c.txt', 'sub/b.txt']);
    const listed = await rig.cli(known, ['ls', '--recursive', '--json']);
    expect((listed.json()['entries'] as unknown[]).length).toBe(3);
  });
});

describe('an object that is not what the index names', () => {
  const wrong = 'do not match their hash; the local file was left alone';
  test.each<[what: string, damage: (store: ObjectStore, key: string) => Promise<unknown>, reason: string]>([
    ['other bytes', (store, key) => store.put(key, Buffer.from('Z')), wrong],
    ['fewer bytes', (store, key) => store.put(key, Buffer.from('')), ''],
    ['gone', (store, key) => store.delete(key), 'its content is missing on the remote'],
  ])('%s: that path is reported, the rest arrives, a local file stays', async (_what, damage, reason) => {
    const { store, prefix, fresh } = await openScene();
    const key = (await store.list('objects/')).objects
      .map((object) => object.key)
      .find((name) => name.includes(sha256('C')));
    await damage(store, key ?? '');
    const before = await objects(rig.place, prefix);
    const ended = await rig.cli(fresh, ['pull', '--json']);
    expect([ended.code, ended.json()]).toMatchObject([
      1,
      {
        ok: false,
        downloaded: 2,
        error: { kind: 'problems' },
        problems: [{ path: 'c.txt', reason: expect.stringContaining(reason) }],
      },
    ]);
    expect(await contents(fresh)).toEqual({ 'a.txt': 'A', 'own.txt': 'own', 'sub/b.txt': 'B' });
    expect(await objects(rig.place, prefix)).toEqual(before);
    // What is fixed there comes with the next cycle, though the commit is the same.
    await store.put(key ?? '', Buffer.from('C'));
    expect((await rig.cli(fresh, ['pull', '--json'])).json()).toMatchObject({ ok: true, downloaded: 1 });
  });
});

describe('hostile keys', () => {
  const HOSTILE: Readonly<Record<string, string>> = {
    '../x': 'the segment ".."',
    '../../etc/x': 'the segment ".."',
    '/abs': 'absolute',
    'a/../../b': 'the segment ".."',
    './dot': 'the segment "."',
    'a//b': 'an empty segment',
    'tail/': 'ends with a slash',
    CON: 'reserved by Windows',
    'sub/aux.txt': 'reserved by Windows',
    'back\\slash': 'a backslash',
    'nul\u0000byte': 'a control character',
    'C:drive': 'a colon',
    '.git/hooks/post-checkout': 'reserved',
    '.datastore-staging/lock': 'reserved',
    'dot.': 'ends with a dot or a space',
    'e\u0301': 'normal form C',
    Twin: 'cannot stand beside "twin"',
    twin: 'cannot stand beside "Twin"',
    'a.txt/below': 'cannot stand beside "a.txt"',
    'link/through': 'it is a link',
  };

  test('are refused and named one by one; the rest arrives; nothing outside the root is touched; their lines are kept', async () => {
    const { prefix, forger, fresh } = await openScene();
    const root = path.join(fresh, 'data');
    const outside = path.join(fresh, 'outside');
    mkdirSync(outside);
    symlinkSync('../outside', path.join(root, 'link'));
    const line = (name: string, entry: string) => JSON.stringify({ ...(JSON.parse(entry) as object), path: name });
    await forger.commit((lines) => [...lines, ...Object.keys(HOSTILE).map((name) => line(name, lines[0] ?? ''))]);
    const around = tree(path.dirname(fresh));
    const there = await objects(rig.place, prefix);
    const pulled = await rig.cli(fresh, ['pull', '--json']);
    expect(pulled.code).toBe(1);
    const problems = pulled.json()['problems'] as { path: string; reason: string }[];
    const named = Object.fromEntries(problems.map(({ path: at, reason }) => [at, reason]));
    for (const [name, reason] of Object.entries(HOSTILE)) {
      const found = name === 'link/through' ? named['link'] : named[name];
      expect({ name, reason: found }).toEqual({ name, reason: expect.stringContaining(reason) });
    }
    // A file and what would lie below it: neither is written.
    expect(await contents(fresh)).toEqual({ 'c.txt': 'C', 'own.txt': 'own', 'sub/b.txt': 'B' });
    expect(await objects(rig.place, prefix)).toEqual(there);
    const after = tree(path.dirname(fresh));
    for (const name of ['c.txt', 'sub/', 'sub/b.txt']) delete after[`${path.basename(fresh)}/data/${name}`];
    for (const place of [around, after])
      for (const name of Object.keys(place)) if (name.startsWith('state/') || name.startsWith('.')) delete place[name];
    expect(after).toEqual(around);

    expect((await rig.cli(fresh, ['push', '--json'])).json()).toMatchObject({ uploaded: 1 });
    const index = ((await forger.head())['commit'] as { key: string }).key;
    const { shards } = JSON.parse((await forger.read(index)).toString()) as { shards: { key: string }[] };
    const texts = await Promise.all(shards.map(async ({ key }) => gunzipSync(await forger.read(key)).toString()));
    const paths = texts
      .join('')
      .trimEnd()
      .split('\n')
      .map((text) => (JSON.parse(text) as { path: string }).path);
    expect(paths.toSorted()).toEqual([...Object.keys(HOSTILE), 'a.txt', 'c.txt', 'own.txt', 'sub/b.txt'].toSorted());
  });

  test('an entry with wrong fields is refused alone', async () => {
    const { forger, fresh } = await openScene();
    const odd = [
      '{"path":"odd1"}',
      '{"path":"odd2","size":-1,"mtime":0,"sha256":"x","exec":false,"by":"","generation":1,"slices":[]}',
    ];
    await forger.commit((lines) => [...lines, ...odd]);
    const ended = await rig.cli(fresh, ['pull', '--json']);
    expect([ended.code, ended.json()]).toMatchObject([
      1,
      { downloaded: 3, problems: [{ path: 'odd1' }, { path: 'odd2' }] },
    ]);
  });

  test('an entry that names another object, or none of ours', async () => {
    const { forger, fresh, prefix } = await openScene();
    await forger.put('secret.txt', 'not for all');
    const steal = (lines: readonly string[]) => {
      const entry = JSON.parse(lines[0] ?? '') as { slices: { object: string }[] };
      const slices = [{ ...entry.slices[0], object: 'secret.txt', length: 11 }];
      return [...lines, JSON.stringify({ ...entry, path: 'stolen', size: 11, sha256: sha256('not for all'), slices })];
    };
    await forger.commit(steal);
    const ended = await rig.cli(fresh, ['pull', '--json']);
    expect([ended.code, ended.json()]).toMatchObject([1, { downloaded: 3, problems: [{ path: 'stolen' }] }]);
    rmSync(path.join(fresh, 'data'), { recursive: true });
    writeFileSync(path.join(fresh, 'note'), prefix);
  });
});

const commitOf = async (forger: Forger): Promise<string> => ((await forger.head())['commit'] as { key: string }).key;

async function indexOf({ forger }: Scene): Promise<string> {
  const { shards } = JSON.parse((await forger.read(await commitOf(forger))).toString()) as {
    shards: { key: string }[];
  };
  return shards[0]?.key ?? '';
}
