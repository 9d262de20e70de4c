import { expect, test } from 'vitest';
import type { Backend, Config } from '../../src/core/config/config.ts';
import { DEFAULT_TIMING } from '../../src/core/config/timing.ts';
import { setupCommand } from '../../src/core/setup/setup-command.ts';
import { isCurrent, unfinishedRemedy, unfinishedText } from '../../src/core/setup/unfinished.ts';

const config = (backend: Backend, root = 'data'): Config => ({
  backend,
  root,
  directories: null,
  exclude: [],
  allow: [],
  lock: { ttlMs: 1, waitMs: 1 },
  timing: DEFAULT_TIMING,
  source: '.datastore.yaml',
});
const s3 = (more: object = {}): Config =>
  config({ type: 's3', bucket: 'b', prefix: '', region: 'eu-west-1', forcePathStyle: false, ...more });
const place = (path: string): Config => config({ type: 'filesystem', path });
const NONE = { skipMigration: false, deleteSource: false };

test.each([
  ['a bucket', s3(), NONE, 'datastore setup s3 --bucket b --region eu-west-1 --root data'],
  [
    'every field and flag',
    s3({ prefix: 'p/q', endpoint: 'http://h:1', profile: 'me' }),
    { skipMigration: true, deleteSource: true },
    'datastore setup s3 --bucket b --prefix p/q --region eu-west-1 --endpoint http://h:1 --profile me --root data --skip-migration --delete-source',
  ],
  ['a folder', place('/mnt/x'), NONE, 'datastore setup filesystem --path /mnt/x'],
  [
    'a folder with a name for no shell',
    place("/a b/it's $x"),
    NONE,
    "datastore setup filesystem --path '/a b/it'\\''s $x'",
  ],
])('the command line of a set-up to %s', (_what, to, flags, text) => expect(setupCommand(to, flags)).toBe(text));

const begun = {
  from: place('/x'),
  to: place('/y'),
  flags: NONE,
  startedAt: '2026-01-01T00:00:00.000Z',
  step: { number: 2, of: 5, text: 'copy /x to /y' },
  files: null,
};

test('says where it is, and how to go on', () => {
  const text = 'a set-up to /y, begun at 2026-01-01T00:00:00.000Z, is not finished: step 2 of 5 (copy /x to /y)';
  expect(unfinishedText(begun)).toBe(text);
  expect(unfinishedText({ ...begun, files: { done: 3, total: 7 } })).toBe(`${text}, 3 of 7 files`);
  expect(unfinishedRemedy(begun)).toContain('go on with it: datastore setup filesystem --path /y');
});

test.each([
  ['what is configured', begun, true],
  ['nothing, while nothing is', { ...begun, from: null }, false],
  ['nothing, once the new place is', { ...begun, isConfigured: true }, false],
])('can be given up by setting up %s', (_what, found, can) =>
  expect(unfinishedRemedy(found).includes('datastore setup filesystem --path /x')).toBe(can),
);

test.each([
  ['the old place', place('/x'), true],
  ['the new one', place('/y'), true],
  ['another', place('/z'), false],
  ['none', null, false],
])('can be gone on with while %s is configured: %s', (_what, now, can) => expect(isCurrent(begun, now)).toBe(can));
