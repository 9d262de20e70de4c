import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { contents, openRig, type Rig, write } from './harness.ts';
import { setField } from './set-field.ts';

/* What goes wrong on an ordinary day, with the very words that a person reads. */

let rig: Rig;
beforeAll(async () => void (rig = await openRig({ knownStore: true })));
afterEach(() => rig.server.faults.clear());
afterAll(() => rig.close());

const store = (prefix: string) => `s3://team-data/${prefix} at ${new URL(rig.place.endpoint).host}`;
/** Nothing is tried again for long. */
const HASTY = 'timing: { retrySeconds: 0.5 }';
const error = async (workspace: string, args: readonly string[], env: Record<string, string> = {}) => {
  const { code, stdout, stderr, json } = await rig.cli(workspace, [...args, '--json'], env);
  const { kind, message, remedy } = json()['error'] as Record<string, string>;
  expect(stdout + stderr).not.toContain(rig.place.credentials.secretAccessKey);
  return { code, kind, message, remedy };
};

describe('offline', () => {
  test('the message, and what waits here', async () => {
    const a = await rig.workspace('offline', { 'a.txt': '1', 'b.txt': '1' }, HASTY);
    await rig.cli(a, ['sync']);
    await write(a, { 'a.txt': '2', 'c.txt': '1' });
    rig.server.faults.add({ match: {}, fault: { kind: 'reset', when: 'before' } });
    expect(await error(a, ['sync'])).toEqual({
      code: 5,
      kind: 'offline',
      message: `${store('offline')}: GET of "head.json": no answer from the store (ECONNRESET).`,
      remedy: 'Check the network and `endpoint`; nothing is lost, sync again later.',
    });
    const status = await rig.cli(a, ['status']);
    expect(status.code).toBe(5);
    expect(status.stdout).toMatch(/^Pending +2 up, as the remote was last seen$/m);
    expect((await rig.cli(a, ['status', '--json'])).json()).toMatchObject({
      pending: null,
      waiting: { upload: 2, download: 0 },
    });
    rig.server.faults.clear();
    expect((await rig.cli(a, ['sync', '--json'])).json()).toMatchObject({ ok: true, uploaded: 2 });
  });

  test('a watch waits it out and goes on by itself', async () => {
    const a = await rig.workspace(
      'watch',
      { 'a.txt': '1' },
      'timing: { retrySeconds: 0.1, settleSeconds: 0.2, offlineSeconds: 1 }',
    );
    const running = rig.start(a, ['watch']);
    await running.printed('1 file up');
    rig.server.faults.add({ match: {}, fault: { kind: 'reset', when: 'before' } });
    await write(a, { 'b.txt': '1' });
    await running.printed('no answer from the store (ECONNRESET).');
    await write(a, { 'c.txt': '1' });
    rig.server.faults.clear();
    await running.printed('2 files up');
    running.process.kill('SIGINT');
    expect((await running.ended).code).toBe(0);
  });
});

test('a bucket of another region: the right one is named', async () => {
  const a = await rig.workspace('region', { 'a.txt': '1' }, 'region: eu-west-3');
  expect(await error(a, ['sync'])).toEqual({
    code: 5,
    kind: 'bucket',
    message: 'the bucket "team-data" lies in the region us-east-1, and requests go to eu-west-3',
    remedy: 'Set `region: us-east-1` in .datastore.yaml.',
  });
  const doctor = await rig.cli(a, ['doctor']);
  expect(doctor.code).toBe(5);
  expect(doctor.stdout.replaceAll(/\s+/g, ' ')).toContain(
    'the bucket "team-data" lies in the region us-east-1, and requests go to eu-west-3 → Set `region: us-east-1` in .datastore.yaml.',
  );
});

describe('a store that asks for fewer requests', () => {
  const files = Object.fromEntries(Array.from({ length: 120 }, (_, index) => [`${index}.txt`, `${index}`]));

  test('all wait together, and it is said; then everything is there', async () => {
    const a = await rig.workspace('slow', files);
    const b = await rig.workspace('slow', {});
    const slow = { kind: 'status', status: 503, code: 'SlowDown', when: 'before' } as const;
    rig.server.faults.add({ match: { method: 'PUT', key: 'objects/', times: 2 }, fault: slow });
    const { code, stderr } = await rig.cli(a, ['sync']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/Uploading {2}the store asks for patience, \d/);
    expect((await rig.cli(b, ['pull'])).code).toBe(0);
    expect(await contents(b)).toEqual(await contents(a));
  });

  test('that never has enough: the message', async () => {
    const a = await rig.workspace('never', { 'a.txt': '1' }, HASTY);
    rig.server.faults.add({
      match: {},
      fault: { kind: 'status', status: 429, code: 'TooManyRequests', when: 'before' },
    });
    expect(await error(a, ['sync'])).toEqual({
      code: 5,
      kind: 'offline',
      message: `${store('never')}: GET of "head.json": the store answered 429 TooManyRequests and asks for patience.`,
      remedy:
        'Nothing is lost; sync again later. If it comes often, raise the limits of the store, or poll less often.',
    });
  });
});

test('an SSO login that has expired: the way to sign in; signed in again, it goes on', async () => {
  const a = await rig.workspace('sso', { 'a.txt': '1' }, 'profile: team');
  const aws = path.join(rig.folder, '.aws');
  mkdirSync(path.join(aws, 'sso', 'cache'), { recursive: true });
  const profile = [
    '[profile team]',
    'sso_account_id = 123456789012',
    'sso_role_name = dev',
    'sso_start_url = https://corp.awsapps.example/start',
    'sso_region = us-east-1',
  ];
  writeFileSync(path.join(aws, 'config'), `${profile.join('\n')}\n`);
  const token = { accessToken: 'old', expiresAt: '2020-01-01T00:00:00Z', region: 'us-east-1' };
  const cached = `${createHash('sha1').update('https://corp.awsapps.example/start').digest('hex')}.json`;
  writeFileSync(path.join(aws, 'sso', 'cache', cached), JSON.stringify(token));
  const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };
  const found = await error(a, ['sync'], none);
  expect(found).toMatchObject({
    code: 5,
    kind: 'credentials',
    remedy: 'Sign in, or set `profile` in the configuration.',
  });
  expect(found.message).toContain('expired');
  expect(found.message).toContain(
    'no usable credentials from the AWS profile "team" (sign in, for instance with aws sso login --profile team).',
  );
  const { accessKeyId, secretAccessKey } = rig.place.credentials;
  writeFileSync(
    path.join(aws, 'config'),
    `[profile team]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  );
  expect((await rig.cli(a, ['sync', '--json'], none)).json()).toMatchObject({ ok: true, uploaded: 1 });
});

test('a file that looks like credentials: held back and named, until it is allowed by name', async () => {
  const a = await rig.workspace('secrets', { 'a.txt': '1', 'app/.env': 'KEY=1' });
  const reason =
    'app/.env: files of this name often hold passwords or keys; to share it, add "app/.env" to "allow" in .datastore.yaml; to leave it out for good, to "exclude"';
  const first = await rig.cli(a, ['sync']);
  expect([first.code, first.stdout]).toEqual([
    1,
    expect.stringContaining(`1 path could not be synced:\n  ${reason}\n`),
  ]);
  const status = await rig.cli(a, ['status']);
  expect([status.code, status.stdout]).toEqual([0, expect.stringContaining(`1 path left alone:\n  ${reason}\n`)]);
  expect((await rig.cli(a, ['status', '--json'])).json()).toMatchObject({ held: [{ path: 'app/.env' }] });
  setField(a, 'allow: [app/.env]');
  expect((await rig.cli(a, ['sync', '--json'])).json()).toMatchObject({ ok: true, uploaded: 1 });
});

test('a change of the rules deletes nothing: what went meanwhile is asked about', async () => {
  const a = await rig.workspace('rules', { 'a.txt': '1', 'logs/x.log': '1' });
  const b = await rig.workspace('rules', {}, 'exclude: ["*.log"]');
  await rig.cli(a, ['sync']);
  await rig.cli(b, ['sync']);
  setField(a, 'exclude: ["*.log"]');
  expect((await rig.cli(a, ['sync', '--json'])).json()).toMatchObject({ ok: true, deletedLocal: 0, deletedRemote: 0 });
  await rig.cli(a, ['status']);
  await write(a, { 'logs/y.txt': '1' });
  rmSync(path.join(a, 'data', 'logs', 'x.log'));
  setField(a, 'exclude: []');
  const asked = await rig.cli(a, ['sync']);
  expect(asked.code).toBe(3);
  expect(asked.stdout).toContain('  logs/x.log  deleted here while it was excluded\n');
  expect((await rig.cli(a, ['resolve', 'logs/x.log', '--theirs'])).code).toBe(0);
  expect(await contents(a)).toMatchObject({ 'logs/x.log': '1' });
});

test('a deadline is a setting: a store that hangs is given up as soon as one says', async () => {
  const a = await rig.workspace(
    'hangs',
    { 'a.txt': '1' },
    'timing: { idleSeconds: 0.3, requestSeconds: 0.5, retrySeconds: 0 }',
  );
  rig.server.faults.add({ match: {}, fault: { kind: 'hang', when: 'before' } });
  const found = await error(a, ['sync']);
  expect([found.code, found.kind]).toEqual([5, 'offline']);
});
