import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { wantsSpans } from '../../src/adapters/telemetry/telemetry.ts';
import { type Fault, startS3Server } from '../support/s3-server/server.ts';

/* Spans by OTLP over HTTP, as a collector gets them. */

test.each<[what: string, env: Record<string, string>, wanted: boolean]>([
  ['nothing is set', {}, false],
  ['an endpoint', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, true],
  ['one for traces alone', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, true],
  ['an empty one', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
  ['turned off', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_SDK_DISABLED: 'true' }, false],
  ['no traces', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_TRACES_EXPORTER: 'none' }, false],
  ['another protocol', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, false],
])('wanted with %s', (_what, env, wanted) => expect(wantsSpans(env)).toBe(wanted));

interface Received {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly status: { readonly code?: number };
}

interface Message {
  resourceSpans: {
    resource: { attributes: Pair[] };
    scopeSpans: { spans: (Omit<Received, 'attributes'> & { attributes: Pair[] })[] }[];
  }[];
}

interface Pair {
  key: string;
  value: { stringValue?: string; intValue?: number | string; doubleValue?: number };
}

const read = (pairs: readonly Pair[]) =>
  Object.fromEntries(
    pairs.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue ?? value.doubleValue)]),
  );

/** A collector that keeps what comes. */
async function collector() {
  const spans: Received[] = [];
  const resources: Readonly<Record<string, string | number>>[] = [];
  const texts: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      texts.push(text);
      for (const { resource, scopeSpans } of (JSON.parse(text) as Message).resourceSpans) {
        resources.push(read(resource.attributes));
        for (const span of scopeSpans.flatMap((scope) => scope.spans))
          spans.push({ ...span, attributes: read(span.attributes) });
      }
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, spans, resources, texts };
}

const program = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

async function workspace() {
  const server = await startS3Server({ buckets: ['spans-bucket'] });
  const folder = mkdtempSync(join(tmpdir(), 'spans-'));
  onTestFinished(async () => {
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
  });
  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'data', 'private-name.txt'), 'private content');
  const { endpoint, region, credentials } = server;
  const fields = { type: 's3', root: 'data', bucket: 'spans-bucket', prefix: 'private-prefix', region, endpoint };
  writeFileSync(
    join(folder, '.datastore.yaml'),
    Object.entries(fields)
      .map(([name, value]) => `${name}: ${value}\n`)
      .join(''),
  );
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: join(folder, 'home'),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  return { server, folder, env, credentials };
}

async function sync(
  folder: string,
  env: Readonly<Record<string, string>>,
  command: readonly string[] = ['sync', '--quiet'],
): Promise<number | null> {
  // From its sources, with the version that the bundler would put in.
  const how = ['--import', 'data:text/javascript,globalThis.VERSION="0.0.0"', program, ...command];
  const child = spawn(process.execPath, how, { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code;
}

test('a cycle, its phases, and the requests in them', async () => {
  const { folder, env, server } = await workspace();
  const { endpoint, spans, resources } = await collector();
  const before = server.requests.total;
  expect(
    await sync(folder, { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_RESOURCE_ATTRIBUTES: 'team=blue' }),
  ).toBe(0);

  expect(resources[0]).toMatchObject({ 'service.name': 'datastore-sync', team: 'blue' });
  const [cycle, ...more] = spans.filter(({ name }) => name === 'datastore.cycle');
  expect(more).toEqual([]);
  expect(cycle?.attributes).toMatchObject({ 'datastore.purpose': 'sync', 'datastore.uploaded': 1 });
  const phases = spans.filter(
    ({ name, parentSpanId }) => name !== cycle?.name && name.startsWith('datastore.') && parentSpanId === cycle?.spanId,
  );
  expect(phases.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'datastore.connecting',
      'datastore.scanning',
      'datastore.uploading',
      'datastore.committing',
    ]),
  );
  const requests = spans.filter(({ name }) => name.startsWith('S3.'));
  expect(requests).toHaveLength(server.requests.total - before);
  const ids = new Set(phases.map(({ spanId }) => spanId));
  const inPhases = requests.filter(({ parentSpanId = '' }) => ids.has(parentSpanId));
  // What comes after the last phase (the lease that is given back) is of the cycle itself.
  const others = requests.filter((request) => !inPhases.includes(request));
  expect(others.filter(({ parentSpanId }) => parentSpanId !== cycle?.spanId)).toEqual([]);
  const counted = phases.reduce((sum, { attributes }) => sum + Number(attributes['datastore.requests']), 0);
  expect(counted).toBe(inPhases.length);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
});

test('no key, path, bucket or secret is in any span, whatever is asked for and whatever fails', {
  timeout: 120_000,
}, async () => {
  const { folder, env, credentials, server } = await workspace();
  const { endpoint, spans, texts } = await collector();
  const traced = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
  const save = (text: string) => writeFileSync(join(folder, 'data', 'private-name.txt'), text);
  expect(await sync(folder, traced)).toBe(0);
  expect(await sync(folder, traced, ['doctor'])).toBe(0);
  for (const [nth, fault] of FAULTS.entries()) {
    save(`private content ${nth}`);
    const heal = server.faults.add({ match: { method: 'PUT', key: 'objects/', times: 1 }, fault });
    await sync(folder, traced);
    heal();
  }
  // A new machine, which has to fetch, and gets damage.
  server.faults.add({ match: { method: 'GET', key: /objects|index/ }, fault: { kind: 'corrupt' } });
  await sync(folder, { ...traced, HOME: join(folder, 'another') }, ['verify', '--quiet']);
  await sync(folder, { ...traced, HOME: join(folder, 'another'), AWS_SECRET_ACCESS_KEY: 'wrong' });

  const failures = spans.flatMap(({ attributes }) => attributes['error.type'] ?? []);
  expect(failures).toEqual(expect.arrayContaining(['denied', 'credentials', 'checksum', 'unreachable']));
  const said = texts.join('');
  const keys = server.requests.log.flatMap(({ key }) => [key, ...key.split('/')]).filter((part) => part.length > 7);
  const places = ['private-name', 'private-prefix', 'spans-bucket', folder, new URL(server.endpoint).host];
  const secrets = ['private content', ...Object.values(credentials)];
  expect([...keys, ...places, ...secrets].filter((one) => said.includes(one))).toEqual([]);
});

const FAULTS: readonly Fault[] = [
  { kind: 'status', status: 403, code: 'AccessDenied' },
  { kind: 'status', status: 400, code: 'BadDigest' },
  { kind: 'reset', when: 'before' },
];

test('what was refused is named by its kind', async () => {
  const { folder, env, server } = await workspace();
  const { endpoint, spans } = await collector();
  server.faults.add({ match: {}, fault: { kind: 'status', status: 403, code: 'AccessDenied' } });
  expect(await sync(folder, { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })).toBe(5);
  const cycle = spans.find(({ name }) => name === 'datastore.cycle');
  expect([cycle?.status.code, cycle?.attributes['error.type']]).toEqual([2, 'denied']);
  expect(spans.find(({ name }) => name === 'S3.GetObject')?.attributes['error.type']).toBe('denied');
});

test('a collector that is not there changes nothing', async () => {
  const { folder, env } = await workspace();
  expect(await sync(folder, { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })).toBe(0);
});
