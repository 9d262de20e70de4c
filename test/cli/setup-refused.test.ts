import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BUCKET, openRig, type Rig } from './harness.ts';
import { expectRefused, type Refusal } from './refusal.ts';
import { tree } from './sides.ts';
import { swamp } from './swamp.ts';

/* Whatever fails before the configuration is written leaves all as it was, says what to do, and the same words go on afterwards. */

let rig: Rig;
beforeAll(async () => void (rig = await openRig()));
afterEach(() => rig.server.faults.clear());
afterAll(() => rig.close());

const s3 = (prefix: string, ...more: string[]): string[] => {
  const { endpoint, region } = rig.place;
  return ['setup', 's3', '--bucket', BUCKET, '--prefix', prefix, '--endpoint', endpoint, '--region', region, ...more];
};

describe('a bucket', () => {
  test.each<[what: string, breaks: () => void, refusal: Refusal]>([
    [
      'that answers to nobody',
      () => rig.server.faults.access(BUCKET, 'forbidden'),
      { code: 5, kind: 'denied', says: 'permission to list', remedy: 's3:ListBucket' },
    ],
    [
      'that cannot be written',
      () => rig.server.faults.access(BUCKET, 'read-only'),
      { code: 5, kind: 'denied', says: 'permission to put', remedy: 's3:PutObject' },
    ],
    [
      'that cannot be deleted from',
      () =>
        rig.server.faults.add({
          match: { method: 'DELETE' },
          fault: { kind: 'status', status: 403, code: 'AccessDenied' },
        }),
      { code: 5, kind: 'denied', says: 'permission to delete', remedy: 's3:DeleteObject' },
    ],
    [
      'without working conditions',
      () => rig.server.faults.lie({ conditions: 'ignored' }),
      { code: 5, kind: 'unsafe-store', says: 'compare-and-swap', remedy: 'conditional writes' },
    ],
  ])('%s', async (_what, breaks, refusal) => {
    const [workspace, prefix] = [await swamp(rig), `refused-${refusal.says}`.replaceAll(/\W/g, '-')];
    const args = s3(prefix);
    await expectRefused(
      rig,
      {
        workspace,
        prefix,
        args,
        meanwhile() {
          breaks();
          return () => rig.server.faults.clear();
        },
      },
      refusal,
    );
  });

  test('that is not there', async () => {
    const refusal = { code: 5, kind: 'bucket', says: 'nowhere', remedy: 'Create the bucket' };
    const args = s3('x').map((word) => (word === BUCKET ? 'nowhere-at-all' : word));
    await expectRefused(rig, { workspace: await swamp(rig), prefix: 'x', args }, refusal);
  });

  test('with wrong keys', async () => {
    const refusal = { code: 5, kind: 'credentials', says: /./, remedy: 'Sign in' };
    const env = { AWS_SECRET_ACCESS_KEY: 'wrong' };
    await expectRefused(rig, { workspace: await swamp(rig), prefix: 'keys', args: s3('keys'), env }, refusal);
  });

  test('that holds something else below the prefix is not written to', async () => {
    const before = rig.server.requests.byMethod['PUT'] ?? 0;
    const foreign = await fetchPut('foreign/their.txt');
    expect(foreign).toBe(true);
    const refusal = { code: 6, kind: 'foreign', says: 'their.txt', remedy: 'prefix' };
    await expectRefused(rig, { workspace: await swamp(rig), prefix: 'foreign', args: s3('foreign') }, refusal);
    expect(rig.server.requests.byMethod['PUT'] ?? 0).toBe(before + 1);
  });

  test.each<[what: string, part: string]>([
    ['that breaks off at the files', '/objects/'],
    ['that breaks off at the commit', '/commits/'],
  ])('%s: nothing is configured, what stays is said, and the next run goes on', async (_what, part) => {
    const [workspace, prefix] = [await swamp(rig), `broken-${part.replaceAll('/', '')}`];
    await rig.knowStore(workspace, prefix, '.swamp');
    const before = tree(workspace);
    const fault = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
    rig.server.faults.add({ match: { method: 'PUT', key: `${prefix}${part}` }, fault });
    const ended = await rig.cli(workspace, s3(prefix, '--json'));
    expect([ended.code, ended.json()]).toMatchObject([
      5,
      { error: { kind: 'denied', details: { isConfigured: false, left: [expect.stringContaining('objects in')] } } },
    ]);
    expect(ended.stderr).toContain('The configuration is as it was; run the same command again to go on.');
    expect(tree(workspace)).toEqual(before);
    rig.server.faults.clear();
    const again = await rig.cli(workspace, s3(prefix, '--json'));
    expect([again.code, again.json()]).toMatchObject([0, { ok: true, files: 12 }]);
    expect(again.stderr).toContain('going on with the set-up');
  });

  test('that is slow, and a person who stops it: how far it came is said, and the next run goes on', async () => {
    const workspace = await swamp(rig, 0);
    await rig.knowStore(workspace, 'slow', '.swamp');
    // Too large to travel together.
    for (let index = 0; index < 8; index += 1)
      writeFileSync(path.join(workspace, `.swamp/${index}`), Buffer.alloc(300_000, `${index}`));
    const before = tree(workspace);
    const match = { method: 'PUT', key: 'slow/objects/', after: 3 };
    rig.server.faults.add({ match, fault: { kind: 'hang', when: 'before' } });
    const sent = () =>
      rig.server.requests.log.filter(({ key, status }) => key.includes('slow/objects/') && status === 200).length;
    const running = rig.start(workspace, s3('slow'));
    for (let look = 0; look < 6000 && sent() < 3; look += 1) await sleep(5);
    await sleep(100);
    running.process.kill('SIGINT');
    const ended = await running.ended;
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/It came to \d of 8 files, \d+ .?B of 2.4 MB\./),
    });
    expect(ended.stderr).toContain('The configuration is as it was; run the same command again to go on.');
    expect(tree(workspace)).toEqual(before);
    rig.server.faults.clear();
    expect((await rig.cli(workspace, s3('slow', '--json'))).json()).toMatchObject({ ok: true, files: 8 });
  });

  test.each([
    ['a deadline', ['--timeout', '4']],
    ['a signal', []],
  ])('that is slow, and %s: the document says what was done, and what stays behind', async (what, words) => {
    const [workspace, prefix] = [await swamp(rig), `late-${what.replaceAll(' ', '')}`];
    await rig.knowStore(workspace, prefix, '.swamp');
    const match = { method: 'PUT', key: `${prefix}/objects/` };
    rig.server.faults.add({ match, fault: { kind: 'hang', when: 'before' } });
    const running = rig.start(workspace, s3(prefix, '--json', ...words));
    if (words.length === 0) {
      await running.printed('Uploading');
      running.process.kill('SIGINT');
    }
    const ended = await running.ended;
    rig.server.faults.clear();
    expect([ended.code, ended.json()]).toMatchObject([
      1,
      {
        error: {
          kind: 'cancelled',
          details: { isConfigured: false, done: expect.anything(), left: expect.anything() },
        },
      },
    ]);
  });

  test('that gives back other bytes than it was sent: what was verified is told, and nothing is configured', async () => {
    const workspace = await swamp(rig);
    await rig.knowStore(workspace, 'rotten', '.swamp');
    rig.server.faults.add({ match: { method: 'GET', key: 'rotten/objects/' }, fault: { kind: 'corrupt' } });
    const ended = await rig.cli(workspace, s3('rotten', '--json'));
    expect([ended.code, ended.json()]).toMatchObject([
      6,
      { error: { kind: 'corrupt', details: { isConfigured: false } } },
    ]);
    expect(Object.keys(tree(workspace))).not.toContain('.datastore.yaml');
  });
});

async function fetchPut(key: string): Promise<boolean> {
  const { S3Client, PutObjectCommand } = await import('@aws-sdk/client-s3');
  const client = new S3Client({ ...rig.place, forcePathStyle: true });
  await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: 'x' }));
  client.destroy();
  return true;
}

describe('words and configuration', () => {
  test.each<[what: string, args: string[], refusal: Refusal]>([
    ['no bucket', ['setup', 's3'], { code: 2, kind: 'usage', says: '--bucket', remedy: 'help setup s3' }],
    ['no path', ['setup', 'filesystem'], { code: 2, kind: 'usage', says: '--path', remedy: 'help setup filesystem' }],
    ['no such command', ['setup', 's4'], { code: 2, kind: 'usage', says: 'did you mean "s3"', remedy: 'help setup' }],
    [
      'a wrong bucket',
      ['setup', 's3', '--bucket', 'A_B'],
      { code: 2, kind: 'usage', says: 'is not a bucket name', remedy: 'Correct' },
    ],
    [
      'a root outside',
      ['setup', 's3', '--bucket', 'bbb', '--root', '../x'],
      { code: 2, kind: 'usage', says: 'root: "../x"', remedy: 'Correct' },
    ],
    [
      'plain http elsewhere',
      ['setup', 's3', '--bucket', 'bbb', '--endpoint', 'http://x.org'],
      { code: 2, kind: 'usage', says: 'in the clear', remedy: 'Correct' },
    ],
    [
      'a folder in the old one',
      ['setup', 'filesystem', '--path', '.swamp/new'],
      { code: 2, kind: 'usage', says: 'lies in the other', remedy: 'beside' },
    ],
  ])('%s', async (_what, args, refusal) => {
    const before = rig.server.requests.total;
    await expectRefused(rig, { workspace: await swamp(rig), prefix: 'words', args }, refusal);
    // The listings of the test itself.
    expect(rig.server.requests.total - before).toBeLessThanOrEqual(2);
  });

  test.each<[what: string, yaml: string, refusal: Refusal]>([
    [
      'a mistake in it',
      'type: s3\nbucket: A_B\n',
      { code: 2, kind: 'config', says: '.datastore.yaml:2', remedy: 'Correct' },
    ],
    [
      'a map in braces',
      '{ type: filesystem, path: .swamp }\n',
      { code: 2, kind: 'config', says: 'one field a line', remedy: 'type: s3' },
    ],
    [
      'a folder that is not there',
      'type: filesystem\npath: gone\n',
      { code: 2, kind: 'config', says: 'does not exist', remedy: '--skip-migration' },
    ],
  ])('.datastore.yaml with %s is found before anything is tried', async (_what, yaml, refusal) => {
    const workspace = await swamp(rig);
    await writeFile(path.join(workspace, '.datastore.yaml'), yaml);
    const before = rig.server.requests.total;
    const attempt = { workspace, prefix: 'yaml', args: s3('yaml') };
    await expectRefused(rig, attempt, refusal);
    // The listings of the test itself.
    expect(rig.server.requests.total - before).toBeLessThanOrEqual(2);
  });

  test("another tool's format is moved by that tool, or left there", async () => {
    const workspace = await swamp(rig);
    await writeFile(path.join(workspace, '.swamp.yaml'), 'datastore: { type: "@swamp/s3-datastore" }\n');
    const refusal = { code: 2, kind: 'usage', says: "another tool's format", remedy: '--skip-migration' };
    await expectRefused(rig, { workspace, prefix: 'other', args: s3('other') }, refusal);
    const ended = await rig.cli(workspace, s3('other', '--skip-migration'));
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('wins over .swamp.yaml') });
  });

  test('a set-up inside `datastore run` is refused', async () => {
    const refusal = { code: 4, kind: 'locked', says: 'started inside', remedy: 'run it after' };
    const env = { DATASTORE_RUN: '1 run make' };
    await expectRefused(rig, { workspace: await swamp(rig), prefix: 'inside', args: s3('inside'), env }, refusal);
  });
});
