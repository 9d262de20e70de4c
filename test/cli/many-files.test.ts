import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRig, type Rig } from './harness.ts';
import type { Ended } from './program.ts';
import { objects, storeOn, tree } from './sides.ts';
import { headText } from './team.ts';

/* Ten thousand small files, from one workspace to another. */

const FILES = 10_000;
const PREFIX = 'many';

let rig: Rig;
let [a, b] = ['', ''];
beforeAll(async () => {
  rig = await openRig();
  a = await rig.workspace(PREFIX, {});
  b = await rig.workspace(PREFIX);
  for (let folder = 0; folder < 100; folder += 1) {
    mkdirSync(path.join(a, `data/runs/${folder}`), { recursive: true });
    for (let index = 0; index < FILES / 100; index += 1)
      writeFileSync(path.join(a, `data/runs/${folder}/${index}.json`), body(folder, index));
  }
});
afterAll(() => rig.close());

/** 1 to 4 KiB, each another. */
function body(folder: number, index: number): Buffer {
  const seed = createHash('sha256').update(`${folder}/${index}`).digest();
  return Buffer.alloc(1024 + (seed.readUInt16BE() % 3073), seed.toString('base64'));
}

const cycle = async (workspace: string, ...args: string[]): Promise<[Ended, Record<string, unknown>]> => {
  const ended = await rig.cli(workspace, [...args, '--json', '--quiet']);
  return [ended, ended.json()];
};

test('are pushed and pulled', { timeout: 240_000 }, async () => {
  const [, pushed] = await cycle(a, 'sync');
  expect(pushed).toMatchObject({ ok: true, generation: 1, uploaded: FILES });
  const [, pulled] = await cycle(b, 'sync');
  expect(pulled).toMatchObject({ ok: true, generation: 1, downloaded: FILES, uploaded: 0 });
  expect(tree(path.join(b, 'data'))).toEqual(tree(path.join(a, 'data')));
});

test('nothing to do costs one request, no lease and no write', { timeout: 60_000 }, async () => {
  const store = storeOn(rig.place, PREFIX);
  // The head that comes back with the lease is read once more.
  await cycle(a, 'sync');
  const [head, epoch] = [await headText(store), epochOf(await headText(store))];
  for (const workspace of [a, b]) {
    rig.server.requests.reset();
    const [, report] = await cycle(workspace, 'sync');
    expect(report).toMatchObject({ ok: true, requests: 1, uploaded: 0, downloaded: 0, adopted: 0, bytesUp: 0 });
    expect(rig.server.requests.snapshot()).toMatchObject({ total: 1, byMethod: { GET: 1 } });
    expect(rig.server.requests.log).toMatchObject([{ key: `${PREFIX}/head.json`, status: 304 }]);
  }
  expect(await headText(store)).toBe(head);
  expect(epochOf(await headText(store))).toBe(epoch);
  store.close();
});

test('one change of ten thousand sends and fetches little', { timeout: 60_000 }, async () => {
  writeFileSync(path.join(a, 'data/runs/50/50.json'), 'changed');
  rig.server.requests.reset();
  const [, pushed] = await cycle(a, 'sync');
  expect(pushed).toMatchObject({ ok: true, uploaded: 1 });
  // The content, the index part it lies in, the commit and the head; reads before and after.
  expect(rig.server.requests.byMethod['PUT']).toBe(4);
  expect(rig.server.requests.total).toBeLessThan(10);
  rig.server.requests.reset();
  const [, pulled] = await cycle(b, 'sync');
  expect(pulled).toMatchObject({ ok: true, downloaded: 1 });
  expect(rig.server.requests.total).toBeLessThan(6);
});

test('all deleted by mistake: stopped with 6, until it is said to be meant', { timeout: 120_000 }, async () => {
  rmSync(path.join(a, 'data/runs'), { recursive: true });
  writeFileSync(path.join(a, 'data/last'), 'one');
  const before = await objects(rig.place, PREFIX);
  const [stopped, report] = await cycle(a, 'sync');
  expect([stopped.code, report]).toMatchObject([
    6,
    {
      ok: false,
      error: {
        kind: 'veto',
        message: `${FILES} of ${FILES} files would be deleted on the remote`,
        remedy: expect.stringContaining('--allow-mass-delete'),
      },
    },
  ]);
  expect(await objects(rig.place, PREFIX)).toEqual(before);
  expect((await cycle(a, 'sync', '--allow-mass-delete'))[1]).toMatchObject({
    ok: true,
    deletedRemote: FILES,
    uploaded: 1,
  });
  // The other is asked as well before it lets its copies go.
  const [asked, question] = await cycle(b, 'sync');
  expect([asked.code, question]).toMatchObject([
    6,
    { error: { kind: 'veto', message: `${FILES} of ${FILES} files would be deleted here` } },
  ]);
  expect(Object.keys(tree(path.join(b, 'data'))).length).toBeGreaterThan(FILES);
  expect((await cycle(b, 'sync', '--allow-mass-delete'))[1]).toMatchObject({
    ok: true,
    deletedLocal: FILES,
    downloaded: 1,
  });
  expect(tree(path.join(b, 'data'))).toEqual({ last: expect.any(String) });
});

const epochOf = (head: string): unknown => (JSON.parse(head) as { epoch: unknown }).epoch;
