import { expect, test } from 'vitest';
import type { Backend, Config } from '../../src/core/config/config.ts';
import { DEFAULT_TIMING } from '../../src/core/config/timing.ts';
import { openAnswers } from '../../src/vscode/answers.ts';
import { type Place, placeKey, placeLines, placeOf } from '../../src/vscode/place.ts';

const OWN = {
  type: 's3',
  bucket: 'team',
  prefix: 'models',
  region: 'eu-central-1',
  endpoint: 'https://minio.example',
  forcePathStyle: true,
  profile: 'team',
} as const;
const { endpoint: _, ...AWS } = OWN;

function at(backend: Partial<Extract<Backend, { type: 's3' }>>, root = 'data'): Place {
  const config: Config = {
    backend: { ...OWN, ...backend },
    root,
    directories: null,
    exclude: [],
    allow: [],
    lock: { ttlMs: 30_000, waitMs: 60_000 },
    timing: DEFAULT_TIMING,
    source: '.datastore.yaml',
  };
  return placeOf(config) as Place;
}

function memory() {
  const kept = new Map<string, unknown>();
  return openAnswers({
    keys: () => [...kept.keys()],
    get: <T>(key: string, other?: T) => (kept.get(key) as T | undefined) ?? other,
    update: async (key: string, value: unknown) => void kept.set(key, value),
  });
}

test('an answer stands for what was shown, and for that folder only', async () => {
  const answers = memory();
  await answers.set('file:///one', at({}), 'connect');
  expect(answers.get('file:///one', at({}))).toBe('connect');
  expect(answers.get('file:///two', at({}))).toBeNull();
});

test.each<[what: string, changed: Place]>([
  ['endpoint', at({ endpoint: 'https://other.example' })],
  ['region at an endpoint', at({ region: 'us-east-1' })],
  ['bucket', at({ bucket: 'others' })],
  ['prefix', at({ prefix: 'other' })],
  ['profile', at({ profile: 'mine' })],
  ['shared folder', at({}, 'src')],
])('another %s is a new question, and its dialog reads otherwise', async (_what, changed) => {
  const answers = memory();
  await answers.set('file:///one', at({}), 'connect');
  expect(answers.get('file:///one', changed)).toBeNull();
  expect(placeLines(changed, 'w')).not.toEqual(placeLines(at({}), 'w'));
});

const inEnvironment = (region: string) => at({ region, isRegionGuessed: true });

test('a region of the environment is no part of the question: another one is none', async () => {
  const answers = memory();
  await answers.set('file:///one', inEnvironment('eu-central-1'), 'connect');
  expect(answers.get('file:///one', inEnvironment('us-east-1'))).toBe('connect');
  expect(placeLines(inEnvironment('us-east-1'), 'w').join()).not.toContain('us-east-1');
  expect(answers.get('file:///one', at({ region: 'us-east-1' }))).toBeNull();
});

test('an answer that was kept with the region of the environment still stands, under whatever region', async () => {
  const answers = memory();
  await answers.set('file:///one', at({}), 'decline');
  expect(answers.get('file:///one', inEnvironment('us-east-1'))).toBe('decline');
  expect(answers.get('file:///one', { ...inEnvironment('us-east-1'), bucket: 'others' })).toBeNull();
});

test('at AWS the region names the endpoint, wherever it comes from', async () => {
  const answers = memory();
  const aws = (region: string): Place =>
    placeOf({ backend: { ...AWS, region, isRegionGuessed: true }, root: 'data' } as unknown as Config) as Place;
  await answers.set('file:///one', aws('eu-central-1'), 'connect');
  expect(answers.get('file:///one', aws('us-east-1'))).toBeNull();
});

test('keys that were typed are of a place, whatever is shared there', () => {
  expect(placeKey(at({}, 'src'))).toBe(placeKey(at({})));
  expect(placeKey(at({ region: 'us-east-1' }))).toBe(placeKey(at({})));
});

test('AWS is named by its region, once', () => {
  const config = { backend: AWS, root: 'data' } as unknown as Config;
  expect(placeLines(placeOf(config) as Place, 'w')).toEqual([
    'Endpoint: AWS eu-central-1',
    'Bucket: team',
    'Prefix: models',
    'AWS profile: team',
    'Shared folder: w/data/',
  ]);
});
