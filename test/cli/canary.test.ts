import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { listFiles, PackageManager } from '@vscode/vsce';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { BUCKET, openRig, type Rig } from './harness.ts';
import { storeOn } from './sides.ts';

/* A canary in every source of credentials, and every failure provoked: it is never in anything that people or machines may read. */

const SECRET = 'CanarySecretzqJ7dVw2mXb9tKfR4hLpY6sNcG3aE8u';
const TOKEN = 'CanaryTokenIQoJb3JpZ2luX2VjEHoaCXVzLWVhc3QtMSJHMEUCIQDx';
const KEYS = { AccessKeyId: 'AKIACANARY0123456789', SecretAccessKey: SECRET, Token: TOKEN, SessionToken: TOKEN };
const CANARIES = [SECRET, TOKEN, KEYS.AccessKeyId];

let rig: Rig;
beforeAll(async () => void (rig = await openRig()));
afterAll(() => rig.close());

let count = 0;
type Env = Readonly<Record<string, string>>;

const ENV = { AWS_ACCESS_KEY_ID: KEYS.AccessKeyId, AWS_SECRET_ACCESS_KEY: SECRET, AWS_SESSION_TOKEN: TOKEN };
const NO_ENV = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };

/** How a program comes to the keys. What is written lies outside of the workspace. */
const SOURCES: Readonly<Record<string, () => Env | Promise<Env>>> = {
  'the environment': () => ENV,
  'a credentials file': () => ({
    ...NO_ENV,
    ...profile(
      `aws_access_key_id = ${KEYS.AccessKeyId}\naws_secret_access_key = ${SECRET}\naws_session_token = ${TOKEN}`,
    ),
  }),
  'a credential process': () => ({
    ...NO_ENV,
    ...profile(`credential_process = echo '${JSON.stringify({ Version: 1, ...KEYS })}'`),
  }),
  'a container endpoint': async () => ({
    ...NO_ENV,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: await serve(200, () =>
      JSON.stringify({ ...KEYS, Expiration: '2099-01-01T00:00:00Z' }),
    ),
  }),
  'a credential process that fails, and says why': () => ({
    ...NO_ENV,
    ...profile(`credential_process = sh -c "echo ${SECRET} ${TOKEN}; echo ${SECRET} >&2; exit 1"`),
  }),
  'a credential process whose answer is cut': () => ({
    ...NO_ENV,
    ...profile(`credential_process = echo '{"Version":1,"SecretAccessKey":"${SECRET}","SessionToken":"${TOKEN}"'`),
  }),
  'a container endpoint whose answer is cut': async () => ({
    ...NO_ENV,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: await serve(200, () => JSON.stringify(KEYS).slice(0, -9)),
  }),
  'a credentials file of another shape': () => ({ ...NO_ENV, ...profile(`{"key":"${SECRET}","token":"${TOKEN}"`) }),
};

/** A store that fails, and tells all it has heard and more. */
const FAILURES: Readonly<Record<string, () => string | Promise<string>>> = {
  'answers 403 and echoes it': () => serve(403, (request) => echo('AccessDenied', request)),
  'finds the signature wrong and explains it': () => serve(403, (request) => echo('SignatureDoesNotMatch', request)),
  'does not know the key': () => serve(403, (request) => echo('InvalidAccessKeyId', request)),
  'finds the token expired': () => serve(400, (request) => echo('ExpiredToken', request)),
  'answers 400 with a code nobody knows': () => serve(400, (request) => echo('BadLuck', request)),
  'answers 400 and gives the token for a code': () => serve(400, (request) => echo(TOKEN, request)),
  'answers 501': () => serve(501, (request) => echo('NotImplemented', request)),
  'answers with no XML': () => serve(200, (request) => JSON.stringify(request.headers) + SECRET),
  'is not there': () => 'http://127.0.0.1:9',
  'speaks no TLS': async () => (await serve(200, () => SECRET)).replace('http:', 'https:'),
};

/** Each failure with keys from the environment, and each other source with the failure that tells most. */
const CASES: readonly (readonly [source: string, failure: string])[] = [
  ...Object.keys(FAILURES).map((failure) => ['the environment', failure] as const),
  ...Object.keys(SOURCES)
    .slice(1)
    .map((source) => [source, 'finds the signature wrong and explains it'] as const),
];

describe('a store that fails', () => {
  test.each(CASES)('keys from %s, and it %s', async (source, failure) => {
    const [open, start] = [SOURCES[source], FAILURES[failure]];
    if (open === undefined || start === undefined) throw new Error('no such case');
    const endpoint = await start();
    const env = await open();
    // Once for people, once for machines: the texts differ.
    const attempts = [['sync'], ['pull', '--json']].map(async (words) => {
      const workspace = await rig.workspace(`canary${++count}`, { 'x.txt': 'X' });
      const config = `type: s3\nroot: data\nbucket: ${BUCKET}\nprefix: p\nendpoint: ${endpoint}\n`;
      writeFileSync(path.join(workspace, '.datastore.yaml'), config);
      const ended = await rig.cli(workspace, [...words, '--timeout', '3'], env);
      expect(ended.code).not.toBe(0);
      expectSilent(words.join(' '), ended.stdout + ended.stderr);
      expectSilentFolder(workspace);
    });
    await Promise.all(attempts);
    expectSilentFolder(path.join(rig.folder, 'state'));
  });
});

test.each<[what: string, words: readonly string[], yaml: string]>([
  ['in a URL', ['sync', '--datastore', `s3://${KEYS.AccessKeyId}:${SECRET}@${BUCKET}/p?root=data`], ''],
  [
    'in the endpoint of a URL',
    ['sync', '--datastore', `s3://${BUCKET}/p?root=data&endpoint=https://me:${SECRET}@s3.example.org`],
    '',
  ],
  ['as a parameter of a URL', ['sync', '--datastore', `s3://${BUCKET}/p?root=data&secretAccessKey=${SECRET}`], ''],
  ['in the configuration', ['sync'], `secretAccessKey: ${SECRET}`],
  ['in the configuration, deeper', ['sync'], `credentials: { accessKeyId: ${KEYS.AccessKeyId}, token: ${TOKEN} }`],
])('keys by mistake %s are refused and not repeated', async (_what, words, yaml) => {
  const workspace = await rig.workspace(`mistake${++count}`, { 'x.txt': 'X' }, yaml);
  for (const more of [[], ['--json']]) {
    const ended = await rig.cli(workspace, [...words, ...more]);
    expect(ended.code).toBe(2);
    expectSilent(words.join(' '), ended.stdout + ended.stderr);
  }
  expectSilentFolder(path.join(rig.folder, 'state'));
});

test('keys that work are in no output, record, staging or object, and in no bundle', async () => {
  const { accessKeyId, secretAccessKey } = rig.place.credentials;
  const workspace = await rig.workspace('works', { 'x.txt': 'X' });
  for (const words of [
    ['sync'],
    ['status', '--json'],
    ['ls', '--json'],
    ['lock', 'status', '--json'],
    ['verify', '--json'],
  ]) {
    const ended = await rig.cli(workspace, words);
    expectSilent(words.join(' '), ended.stdout + ended.stderr, [secretAccessKey]);
  }
  for (const folder of [workspace, path.join(rig.folder, 'state')])
    expectSilentFolder(folder, [accessKeyId, secretAccessKey]);
  const store = storeOn(rig.place, 'works');
  for (const { key } of (await store.list('')).objects) {
    const found = await store.get(key);
    const parts: Uint8Array[] = [];
    if (found.kind === 'found') for await (const part of found.body) parts.push(part);
    expectSilent(key, key + Buffer.concat(parts).toString('latin1'), [accessKeyId, secretAccessKey]);
  }
  store.close();
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  expectSilentFolder(path.join(cwd, 'dist'), [secretAccessKey, ...CANARIES]);
  // And in nothing that people install from the marketplace.
  for (const file of await listFiles({ cwd, packageManager: PackageManager.None }))
    expectSilent(file, file + readFileSync(path.join(cwd, file), 'latin1'), [secretAccessKey, ...CANARIES]);
});

function expectSilent(where: string, text: string, secrets: readonly string[] = CANARIES): void {
  // By its place, so that a failing test does not tell it either.
  expect({
    where,
    told: secrets.flatMap((secret, index) =>
      text.includes(secret)
        ? [`canary ${index}: …${text.slice(Math.max(0, text.indexOf(secret) - 80), text.indexOf(secret))}`]
        : [],
    ),
  }).toEqual({ where, told: [] });
}

function expectSilentFolder(folder: string, secrets?: readonly string[]): void {
  // Who was refused early has left no state at all.
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  for (const entry of entries) {
    const name = path.join(entry.parentPath, entry.name);
    expectSilent(name, name + (entry.isFile() ? readFileSync(name, 'latin1') : ''), secrets);
  }
}

/** A profile named default with these lines. */
function profile(lines: string): Env {
  const file = path.join(rig.folder, `aws-${++count}`);
  writeFileSync(file, `[default]\n${lines}\n`);
  return { AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: '/dev/null' };
}

/** Answers everything alike, on loopback. */
async function serve(status: number, answer: (request: IncomingMessage) => string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/xml' }).end(answer(request));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** As S3 explains a refusal, with what it should keep to itself. */
function echo(code: string, { method, url, headers }: IncomingMessage): string {
  const canonical = `${method}\n${url}\n\n${Object.entries(headers)
    .map(([name, value]) => `${name}:${String(value)}`)
    .join('\n')}`;
  return `<?xml version="1.0"?><Error><Code>${code}</Code><Message>The key ${KEYS.AccessKeyId} was refused; secretAccessKey=${SECRET} x-amz-security-token: ${TOKEN}; authorization: ${headers.authorization}</Message><AWSAccessKeyId>${KEYS.AccessKeyId}</AWSAccessKeyId><StringToSign>${SECRET}</StringToSign><CanonicalRequest>${canonical}</CanonicalRequest></Error>`;
}
