import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Access } from '../support/s3-server/server.ts';
import { BUCKET, openRig, type Rig } from './harness.ts';
import { type Attempt, expectRefused, type Refusal } from './refusal.ts';

/* Mistakes in the configuration, in the way to the store, and in the place of the root. */

let rig: Rig;
beforeAll(async () => void (rig = await openRig({ knownStore: true })));
afterEach(() => rig.server.faults.clear());
afterAll(() => rig.close());

let count = 0;

describe('a wrong field', () => {
  test.each<[what: string, yaml: string, says: string | RegExp]>([
    [
      'unknown',
      'buket: x',
      /\.datastore\.yaml:6: buket: unknown field \(did you mean "bucket"\?\); known here: type, root, /,
    ],
    ['of another type', 'exclude: 7', '.datastore.yaml:6: exclude: 7 is not a list (write [a, b])'],
    [
      'out of range',
      'lock: { ttlSeconds: 0 }',
      '.datastore.yaml:6: lock.ttlSeconds: 0 is not a number of seconds from 1 to 3600',
    ],
    [
      'that leads outside',
      'directories: [../other]',
      '.datastore.yaml:6: directories[0]: "../other" is not a folder below root',
    ],
    ['given twice', 'root: other', '.datastore.yaml:6: not valid YAML: Map keys must be unique'],
    ['that is a secret', 'secretAccessKey: hunter2', 'a secret does not belong here'],
    ['that is no YAML', 'lock: {', '.datastore.yaml:7: not valid YAML'],
  ])('%s', async (_what, yaml, says) => {
    const prefix = `field${++count}`;
    const workspace = await rig.workspace(prefix, { 'x.txt': 'X' }, yaml);
    const before = rig.server.requests.total;
    const refused = { code: 2, kind: 'config', says, remedy: 'Correct that and try again' };
    const ended = await rig.cli(workspace, ['status']);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).not.toContain('hunter2');
    expect(rig.server.requests.total).toBe(before);
    await expectRefused(rig, { workspace, prefix }, refused);
  });
});

describe('a way that does not lead to the store', () => {
  const at = (url: string): Pick<Attempt, 'args'> => ({ args: ['sync', '--datastore', url, '--timeout', '60'] });
  const here = (bucket: string) => at(`s3://${bucket}?root=data&endpoint=${rig.place.endpoint}`);

  const allowed = (access: Access) => () => {
    rig.server.faults.access(BUCKET, access);
    return () => rig.server.faults.access(BUCKET, 'full');
  };

  test.each<[what: string, attempt: () => Omit<Attempt, 'workspace' | 'prefix'>, Refusal]>([
    [
      'a bucket against the naming rules',
      () => here('My_Bucket'),
      {
        code: 2,
        kind: 'config',
        says: /--datastore: bucket: "My_Bucket" is not a bucket name \(3 to 63/,
        remedy: 'Correct that',
      },
    ],
    [
      'a bucket that does not exist',
      () => here('no-such-bucket'),
      {
        code: 5,
        kind: 'bucket',
        says: 'the bucket "no-such-bucket" does not exist',
        remedy: 'Create the bucket, or correct `bucket`',
      },
    ],
    [
      'a bucket that is forbidden',
      () => ({ meanwhile: allowed('forbidden') }),
      { code: 5, kind: 'denied', says: 'refuses this identity', remedy: 's3:ListBucket on this prefix' },
    ],
    [
      'a bucket that may only be read',
      () => ({ meanwhile: allowed('read-only') }),
      { code: 5, kind: 'denied', says: 'refuses this identity', remedy: 's3:PutObject' },
    ],
    [
      'no credentials',
      () => ({ env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' } }),
      {
        code: 5,
        kind: 'credentials',
        says: 'no usable credentials from the default AWS credentials',
        remedy: 'Sign in',
      },
    ],
    [
      'a profile that is not there',
      () => ({ ...at(`s3://${BUCKET}/x?root=data&profile=nobody&endpoint=${rig.place.endpoint}`) }),
      { code: 5, kind: 'credentials', says: 'the AWS profile "nobody"', remedy: 'Sign in, or set `profile`' },
    ],
    [
      'expired credentials',
      () => ({
        meanwhile: () =>
          rig.server.faults.add({ match: {}, fault: { kind: 'status', status: 400, code: 'ExpiredToken' } }),
      }),
      { code: 5, kind: 'credentials', says: 'ExpiredToken', remedy: 'Sign in' },
    ],
    [
      'an endpoint that is down',
      () => at(`s3://${BUCKET}/x?root=data&endpoint=http://127.0.0.1:9`),
      {
        code: 5,
        kind: 'offline',
        says: 'no answer from the store (ECONNREFUSED)',
        remedy: 'Check the network and `endpoint`',
      },
    ],
    [
      'plain http to another machine',
      () => at(`s3://${BUCKET}/x?root=data&endpoint=http://s3.example.org`),
      { code: 2, kind: 'config', says: 'sends data in the clear', remedy: 'Correct that' },
    ],
    [
      'a password in the URL',
      () => at(`s3://${BUCKET}/x?root=data&endpoint=https://me:hunter2@s3.example.org`),
      { code: 2, kind: 'config', says: 'must not carry a user name or password', remedy: 'Correct that' },
    ],
  ])('%s', async (what, attempt, refusal) => {
    const prefix = `way${++count}`;
    const workspace = await rig.workspace(prefix, { 'x.txt': what });
    const ended = await expectRefused(rig, { workspace, prefix, ...attempt() }, refusal);
    expect(ended.stdout + ended.stderr).not.toContain('hunter2');
  });
});

describe('a root that is not there or not a folder', () => {
  /** In step with two files before it happens. */
  async function inStep(): Promise<{ workspace: string; prefix: string; root: string }> {
    const prefix = `root${++count}`;
    const workspace = await rig.workspace(prefix, { 'x.txt': 'X', 'sub/y.txt': 'Y' });
    expect((await rig.cli(workspace, ['sync'])).code).toBe(0);
    return { workspace, prefix, root: path.join(workspace, 'data') };
  }

  test.each<[what: string, arrange: (root: string, workspace: string) => void, Refusal]>([
    [
      'it is gone',
      (root) => rmSync(root, { recursive: true }),
      { code: 6, kind: 'veto', says: 'has vanished; 2 files were in step', remedy: 'Bring the folder back' },
    ],
    [
      'it is a file',
      (root) => (rmSync(root, { recursive: true }), writeFileSync(root, 'a file')),
      { code: 2, kind: 'config', says: '`data` is a file', remedy: 'Name a folder inside the workspace' },
    ],
    [
      'it is a link to a folder with the very same files',
      (root, workspace) => (renameSync(root, path.join(workspace, 'moved')), symlinkSync('moved', root)),
      { code: 2, kind: 'config', says: '`data` is a link', remedy: 'Name a folder inside the workspace' },
    ],
    [
      'it is a link that leads outside',
      (root) => (rmSync(root, { recursive: true }), symlinkSync(rig.folder, root)),
      { code: 2, kind: 'config', says: '`data` is a link', remedy: 'Name a folder inside the workspace' },
    ],
    [
      'it is another folder, and empty',
      (root) => (rmSync(root, { recursive: true }), mkdirSync(root)),
      {
        code: 6,
        kind: 'veto',
        says: 'the root is another folder than the one that was in step with 2 files',
        remedy: '--accept-remote 1',
      },
    ],
    [
      'it is empty',
      (root) => empty(root),
      { code: 6, kind: 'veto', says: 'the root is empty, and 2 files were in step', remedy: '--allow-mass-delete' },
    ],
    [
      'all that it held is a link now',
      (root) => (empty(root), symlinkSync('/nowhere', path.join(root, 'mnt'))),
      { code: 6, kind: 'veto', says: 'the root is empty, and 2 files were in step', remedy: '--allow-mass-delete' },
    ],
  ])('%s', async (_what, arrange, refusal) => {
    const { workspace, prefix, root } = await inStep();
    arrange(root, workspace);
    for (const args of [['sync'], ['push', '--on-conflict', 'mine']])
      await expectRefused(rig, { workspace, prefix, args }, refusal);
  });

  test.each(['../outside', '/tmp', 'a/../../b', '.', '~/x'])('%s in the configuration', async (root) => {
    const prefix = `named${++count}`;
    const workspace = await rig.workspace(prefix, { 'x.txt': 'X' });
    const yaml = `type: s3\nroot: ${root}\nbucket: ${BUCKET}\nprefix: ${prefix}\nendpoint: ${rig.place.endpoint}\n`;
    writeFileSync(path.join(workspace, '.datastore.yaml'), yaml);
    const says = /\.datastore\.yaml:2: root: ".*" is not a folder inside the workspace/;
    await expectRefused(rig, { workspace, prefix }, { code: 2, kind: 'config', says, remedy: 'Correct that' });
  });

  test('never existed, and the remote is empty', async () => {
    const workspace = await rig.workspace('never');
    const refusal = { code: 2, kind: 'config', says: 'does not exist', remedy: 'Make the folder, or correct `root`' };
    await expectRefused(rig, { workspace, prefix: 'never' }, refusal);
  });
});

/** What is ours stays: the mark that tells this root from another. */
function empty(root: string): void {
  for (const name of readdirSync(root))
    if (name !== '.datastore-staging') rmSync(path.join(root, name), { recursive: true });
}
