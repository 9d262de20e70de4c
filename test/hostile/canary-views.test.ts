import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { openS3Store } from '../../src/adapters/s3/s3-store.ts';
import { failureOf } from '../../src/cli/failure.ts';
import type { Config } from '../../src/core/config/config.ts';
import { problem } from '../../src/core/doctor/doctor-line.ts';
import { doctorWords } from '../../src/core/doctor/doctor-words.ts';
import { INITIAL_STATUS, reduceStatus } from '../../src/core/status/sync-status.ts';
import { asSyncError } from '../../src/engine/remote/store-error.ts';
import type { FolderState } from '../../src/vscode/folder-state.ts';
import { renderBar } from '../../src/vscode/render/bar.ts';
import { statusRows } from '../../src/vscode/render/status-rows.ts';
import { SOME_CONFIG } from '../support/some-config.ts';

/* A store that repeats the keys it was shown: no error, JSON, status bar, row or report does. */

const NOW = 1_763_650_000_000;
const TOKEN = 'CanaryTokenIQoJb3JpZ2luX2VjEHoaCXVzLWVhc3QtMSJHMEUCIQDx+/=';

const SHAPES: readonly (readonly [what: string, accessKeyId: string, secretAccessKey: string])[] = [
  ['of AWS', 'AKIACANARY0123456789', 'CanarySecret+qJ7dVw2mXb9tKfR4/LpY6sNcG3aE'],
  ['of Ceph, 20 capital letters and digits', 'C0ANARY1QD4CEPH2KEYS', 'canarysecretceph0123456789abcdef01234567'],
  ['of a gateway, with / and +', 'canary/key+id=of/a+gateway', 'Canary/Secret+of/a+gateway=='],
  ['of a gateway, in small letters', 'canary-gateway-user', 'canary-gateway-password'],
];
const ANSWERS: readonly (readonly [status: number, code: string])[] = [
  [403, 'AccessDenied'],
  [403, 'SignatureDoesNotMatch'],
  [400, 'BadLuck'],
  [501, 'NotImplemented'],
];

const CASES = SHAPES.flatMap(([what, accessKeyId, secretAccessKey]) =>
  ANSWERS.map(([status, code]) => ({ what, accessKeyId, secretAccessKey, status, code })),
);

test.each(CASES)('keys $what, $code', async ({ accessKeyId, secretAccessKey, status, code }) => {
  const canaries = [accessKeyId, secretAccessKey, TOKEN];
  const endpoint = await repeating(status, code, canaries);
  const place = { bucket: 'team-data', prefix: 'p', region: 'us-east-1', endpoint, forcePathStyle: true };
  const store = openS3Store({ ...place, credentials: { accessKeyId, secretAccessKey, sessionToken: TOKEN } });
  onTestFinished(() => store.close());
  const thrown: unknown = await store.put('head.json', Buffer.from('{}')).catch((error: unknown) => error);
  const error = asSyncError(thrown, store.name);
  const views = viewsOf({ type: 's3', ...place }, error);
  // As a log would write them, causes and all.
  const told = [
    ...[thrown, error].map((one) => inspect(one, { depth: 9 })),
    JSON.stringify(failureOf(thrown)),
    ...views,
  ].join('\n');
  expect(views.join('\n')).toContain('PUT of');
  // By their places, so that a failing test does not tell them either.
  expect(canaries.map((canary) => told.includes(canary))).toEqual([false, false, false]);
});

/** Everything that VS Code shows of a folder whose last sync has failed. */
function viewsOf(backend: Config['backend'], error: ReturnType<typeof asSyncError>): readonly string[] {
  const { kind, message, remedy } = error;
  const config = { ...SOME_CONFIG, backend };
  const status = reduceStatus(INITIAL_STATUS, { kind: 'failed', at: NOW, error: { kind, message, remedy } });
  const state: FolderState = { kind: 'active', config, status };
  const broken: FolderState = { kind: 'broken', config, message, remedy };
  const report = { version: '1', platform: 'linux', workspace: 'models' };
  return [state, broken].flatMap((one) => [
    JSON.stringify(renderBar([{ name: 'models', state: one }], NOW)),
    JSON.stringify(statusRows(one, [], NOW)),
    doctorWords(report, [problem('reachability', kind, message, remedy)]).join('\n'),
  ]);
}

/** Refuses everything, and says all that it knows. */
async function repeating(status: number, code: string, canaries: readonly string[]): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    const words = `The key ${canaries.join(' was refused, and so was ')}; ${String(request.headers.authorization)}`;
    const xml = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${words}</Message></Error>`;
    request.on('end', () => response.writeHead(status, { 'content-type': 'application/xml' }).end(xml));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
