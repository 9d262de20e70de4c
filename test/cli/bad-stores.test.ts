import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { FaultRule, Lies } from '../support/s3-server/server.ts';
import { verifyRemote } from '../support/verify-remote.ts';
import { contents, openRig, type Rig, write } from './harness.ts';
import { expectRefused } from './refusal.ts';
import { objects, storeOn } from './sides.ts';

/* Stores that lie, and stores that are slow, moody or forgetful. */

let rig: Rig;
beforeAll(async () => void (rig = await openRig()));
afterEach(() => rig.server.faults.clear());
afterAll(() => rig.close());

let count = 0;

test('a store that ignores conditions is not written to; reading it works', async () => {
  const [a, b] = [await rig.workspace('ignored', { 'x.txt': 'X' }), await rig.workspace('ignored')];
  await rig.knowStore(a, 'ignored');
  await rig.cli(a, ['sync']);
  const c = await rig.workspace('ignored', { 'y.txt': 'Y' });
  rig.server.faults.lie({ conditions: 'ignored' });
  const remedy = 'Nothing is written to it, because two writers could overwrite each other. Pulling still works';
  const refusal = { code: 5, kind: 'unsafe-store', says: 'replaces one that is there', remedy };
  for (const args of [['push'], ['lock', 'acquire', '--for', '1s']])
    await expectRefused(rig, { workspace: c, prefix: 'ignored', args }, refusal);
  expect((await rig.cli(c, ['run', '--', 'sh', '-c', 'echo started'])).stdout).toBe('');
  expect((await rig.cli(b, ['pull', '--json'])).json()).toMatchObject({ ok: true, downloaded: 1 });
  expect((await rig.cli(b, ['cat', 'x.txt'])).stdout).toBe('X');
});

describe('a store that two writers cannot share is not written to, and reading it works', () => {
  test.each<[what: string, lies: Partial<Lies>, says: string]>([
    ['checks and writes in two steps', { conditions: 'not-atomic', pauseMs: 60 }, 'are told that they won'],
    [
      'does so, and takes ETags without their quotes only',
      { conditions: 'not-atomic', pauseMs: 60, ifMatch: 'bare-only' },
      '',
    ],
    [
      'ignores conditions, and on delete and copy too',
      { conditions: 'ignored', deletes: 'ignored', copies: 'ignored' },
      'replaces one',
    ],
    ['ignores conditions and checksums', { conditions: 'ignored', checksums: 'dropped' }, 'replaces one'],
  ])('it %s', async (_what, lies, says) => {
    const prefix = `shared${++count}`;
    const [a, reader] = [await rig.workspace(prefix, { 'x.txt': 'X' }), await rig.workspace(prefix)];
    await rig.knowStore(a, prefix);
    expect((await rig.cli(a, ['sync'])).code).toBe(0);
    const writer = await rig.workspace(prefix, { 'y.txt': 'Y' });
    rig.server.faults.lie(lies);
    const refusal = { code: 5, kind: 'unsafe-store', says, remedy: 'Pulling still works' };
    for (const args of [['push'], ['lock', 'acquire', '--for', '1s']])
      await expectRefused(rig, { workspace: writer, prefix, args }, refusal);
    const there = await objects(rig.place, prefix);
    expect((await rig.cli(reader, ['pull', '--json'])).json()).toMatchObject({ ok: true, downloaded: 1 });
    expect(await contents(reader)).toEqual({ 'x.txt': 'X' });
    expect(await objects(rig.place, prefix)).toEqual(there);
    // Nothing of the refused attempts counts as done: on an honest store all of it goes up.
    rig.server.faults.clear();
    expect((await rig.cli(writer, ['sync', '--json'])).json()).toMatchObject({ ok: true, uploaded: 1, downloaded: 1 });
  });
});

describe('a store that deviates where it does no harm', () => {
  test.each<[what: string, lies: Partial<Lies>]>([
    ['takes ETags without their quotes only', { ifMatch: 'bare-only' }],
    ['takes ETags with their quotes only', { ifMatch: 'quoted-only' }],
    ['answers the losers of a race with unknown errors', { losers: 'unknown-error' }],
    ['answers the losers of a race with 409', { losers: 'conflict' }],
    ['does not check checksums', { checksums: 'unchecked' }],
    ['does not keep checksums', { checksums: 'dropped' }],
    ['ignores conditions on delete and copy', { deletes: 'ignored', copies: 'ignored' }],
    [
      'does all of that',
      { ifMatch: 'bare-only', losers: 'unknown-error', checksums: 'dropped', deletes: 'ignored', copies: 'ignored' },
    ],
  ])('it %s', async (_what, lies) => {
    await expectWorks(() => rig.server.faults.lie(lies));
  });
});

describe('a store that is moody', () => {
  const some = (status: number, code: string): FaultRule => ({
    match: { after: 3, times: 2 },
    fault: { kind: 'status', status, code },
  });
  test.each<[what: string, rules: FaultRule[]]>([
    ['asks for patience', [some(503, 'SlowDown'), some(429, 'TooManyRequests')]],
    ['fails now and then', [some(500, 'InternalError')]],
    [
      'loses answers of what it did',
      [{ match: { method: 'PUT', after: 1, times: 3 }, fault: { kind: 'reset', when: 'after' } }],
    ],
    [
      'loses the answer to the first write of the head',
      [
        {
          match: { method: 'PUT', key: 'head.json', times: 1 },
          fault: { kind: 'status', status: 500, code: 'InternalError', when: 'after' },
        },
      ],
    ],
    ['resets connections', [{ match: { after: 2, times: 3 }, fault: { kind: 'reset', when: 'before' } }]],
    ['cuts bodies short', [{ match: { method: 'GET', key: 'objects/', times: 2 }, fault: { kind: 'truncate' } }]],
    ['drips', [{ match: { method: 'GET', key: 'objects/' }, fault: { kind: 'drip', bytes: 1, everyMs: 20 } }]],
  ])('it %s', async (_what, rules) => {
    // The one who comes first tries it in its mood.
    await expectWorks(() => void rig.server.faults.add(...rules), { secondKnows: true });
  });
});

test('a bit that flips on the way is no file: it is asked for again, then the path is named, and comes with the next cycle', async () => {
  const [a, b] = [await rig.workspace('flip', { 'x.txt': 'X', 'y.txt': 'Y' }), await rig.workspace('flip')];
  await rig.knowStore(a, 'flip');
  await rig.cli(a, ['sync']);
  // Of both together, and then of one by itself.
  rig.server.faults.add({ match: { method: 'GET', key: 'objects/', times: 2 }, fault: { kind: 'corrupt' } });
  const ended = await rig.cli(b, ['sync', '--json']);
  expect([ended.code, ended.json()]).toMatchObject([
    1,
    { downloaded: 1, problems: [{ reason: expect.stringContaining('do not match their hash') }] },
  ]);
  expect(Object.keys(await contents(b))).toHaveLength(1);
  expect((await rig.cli(b, ['sync', '--json'])).json()).toMatchObject({ ok: true, downloaded: 1 });
});

test('credentials that expire in mid-push: no commit; the next sync resumes', async () => {
  const files = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`f${index}`, `${index}`]));
  const a = await rig.workspace('expire', files, 'lock: { ttlSeconds: 6 }');
  rig.server.faults.add({ match: { after: 30 }, fault: { kind: 'status', status: 400, code: 'ExpiredToken' } });
  const ended = await rig.cli(a, ['sync', '--json']);
  expect([ended.code, ended.json()]).toMatchObject([5, { ok: false, error: { kind: 'credentials' } }]);
  rig.server.faults.clear();
  rig.server.requests.reset();
  expect((await rig.cli(a, ['sync', '--json'])).json()).toMatchObject({ ok: true, generation: 1, uploaded: 70 });
  expect((await rig.cli(a, ['sync', '--json'])).json()).toMatchObject({ ok: true, requests: 1 });
});

/** Two workspaces on an empty prefix, a change on each side at once, and both end equal over a remote that is whole. */
async function expectWorks(harm: () => void, { secondKnows = false } = {}): Promise<void> {
  const prefix = `bad-store${++count}`;
  const a = await rig.workspace(prefix, { 'x.txt': 'X', 'sub/y.txt': 'Y' });
  const b = await rig.workspace(prefix, { 'z.txt': 'Z' });
  if (secondKnows) await rig.knowStore(b, prefix);
  harm();
  expect((await rig.cli(a, ['sync', '--json'])).json()).toMatchObject({ ok: true, uploaded: 2 });
  expect((await rig.cli(b, ['sync', '--json'])).json()).toMatchObject({ ok: true, uploaded: 1, downloaded: 2 });
  await write(a, { 'x.txt': 'X2' });
  await write(b, { 'z.txt': 'Z2' });
  const both = await Promise.all([rig.cli(a, ['sync', '--json']), rig.cli(b, ['sync', '--json'])]);
  expect(both.map(({ code, stdout }) => ({ code, stdout }))).toMatchObject([{ code: 0 }, { code: 0 }]);
  for (const workspace of [a, b]) expect((await rig.cli(workspace, ['sync'])).code).toBe(0);
  rig.server.faults.clear();
  const store = storeOn(rig.place, prefix);
  const truth = await verifyRemote(store);
  store.close();
  const expected = { 'sub/y.txt': 'Y', 'x.txt': 'X2', 'z.txt': 'Z2' };
  expect(Object.fromEntries([...(truth?.files ?? [])].map(([name, content]) => [name, content.toString()]))).toEqual(
    expected,
  );
  expect(await contents(a)).toEqual(expected);
  expect(await contents(b)).toEqual(expected);
}
