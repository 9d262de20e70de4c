import { describe, expect, test } from 'vitest';
import type {
  BaseFacts,
  HeadFacts,
  ReachFacts,
  RemoteFacts,
  RootFacts,
  StagingFacts,
  Trouble,
} from '../../src/core/doctor/doctor-facts.ts';
import { type DoctorLine, doctorCode, doctorSummary } from '../../src/core/doctor/doctor-line.ts';
import { judgeBase, judgeSpace, judgeStaging, judgeState, judgeWatching } from '../../src/core/doctor/doctor-local.ts';
import { judgeRemote } from '../../src/core/doctor/doctor-remote.ts';
import { judgeConfig, judgeCredentials, judgeProxy, judgeRoot, masked } from '../../src/core/doctor/doctor-setup.ts';
import { doctorWords } from '../../src/core/doctor/doctor-words.ts';
import { proxyVariables } from '../../src/core/doctor/proxy-variables.ts';
import { bad, ok, type SyncErrorKind } from '../../src/core/errors.ts';
import type { LeaseRecord } from '../../src/core/format/records.ts';
import { SOME_CONFIG } from '../support/some-config.ts';

/* Facts in, lines out: each line's good and bad case. */

const NOW = Date.UTC(2026, 10, 20, 12, 0, 0);
const MIN = 60_000;

const BACKEND = { type: 's3', bucket: 'team', prefix: 'p', region: 'eu-central-1', forcePathStyle: false } as const;
const CONFIG = { ...SOME_CONFIG, backend: BACKEND };

const trouble = (kind: SyncErrorKind, message = 'why'): { ok: false; problem: Trouble } =>
  bad({ kind, message, remedy: 'do' });

type Seen = readonly [topic: string, level: string, text?: string | RegExp, remedy?: string | RegExp | null];

/** Each line by topic and level, and what its text and remedy say. */
function expectLines(lines: readonly DoctorLine[], expected: readonly Seen[]): void {
  expect(lines.map(({ topic, level }) => [topic, level])).toEqual(expected.map(([topic, level]) => [topic, level]));
  for (const [index, [, level, text, remedy]] of expected.entries()) {
    const line = lines[index];
    if (text !== undefined) expect(line?.text).toMatch(text);
    if (remedy !== undefined && remedy !== null) expect(line?.remedy).toMatch(remedy);
    if (remedy === null) expect(line?.remedy).toBeNull();
    // One remedy for whatever is wrong.
    if (level === 'warning' || level === 'problem') expect(line?.remedy).toBeTruthy();
    if (level === 'problem') expect(line?.kind).toBeDefined();
  }
}

describe('configuration', () => {
  test.each<[what: string, config: Parameters<typeof judgeConfig>[0], expected: Seen[]]>([
    ['names the layer that won', ok(CONFIG), [['configuration', 'ok', 'PLACE, set by .datastore.yaml', null]]],
    ['by default', ok({ ...CONFIG, source: 'default' }), [['configuration', 'ok', /by default/]]],
    [
      "another tool's",
      ok({ ...CONFIG, backend: { type: 'unsupported', found: '@x/s3' } }),
      [['configuration', 'warning', /@x\/s3.*another tool/]],
    ],
    [
      'none',
      bad([{ kind: 'not-set-up', source: 'configuration', line: null, field: null, message: 'nothing' }]),
      [['configuration', 'problem', 'nothing', /\.datastore\.yaml/]],
    ],
    [
      'every mistake',
      bad([
        { kind: 'config', source: '.datastore.yaml', line: 2, field: 'root', message: 'no' },
        { kind: 'config', source: '.datastore.yaml', line: 3, field: 'bucket', message: 'no' },
      ]),
      [
        ['configuration', 'problem', '.datastore.yaml:2: root: no'],
        ['configuration', 'problem', '.datastore.yaml:3: bucket: no'],
      ],
    ],
  ])('%s', (_what, config, expected) => expectLines(judgeConfig(config, 'PLACE'), expected));
});

describe('shared folder', () => {
  const good: RootFacts = {
    path: '/w/data',
    state: { kind: 'folder' },
    writable: true,
    tree: ok({ files: 1200, folders: 3 }),
    busy: null,
  };
  test.each<[what: string, change: Partial<RootFacts>, expected: Seen[]]>([
    ['is there', {}, [['shared folder', 'ok', '/w/data: 1,200 files in 3 folders', null]]],
    ['is not there', { state: { kind: 'missing' }, tree: null }, [['shared folder', 'warning', /does not exist/]]],
    [
      'is a link',
      { state: { kind: 'unusable', reason: 'it is a link' }, tree: null },
      [['shared folder', 'problem', /a link/]],
    ],
    ['may not be written', { writable: false }, [['shared folder', 'problem', /may not be written/]]],
    ['cannot be read', { tree: trouble('local') }, [['shared folder', 'problem', 'why', 'do']]],
    [
      'is in use',
      { busy: 'cli, process 7 on host: sync' },
      [
        ['shared folder', 'ok'],
        ['in use', 'note', /process 7/],
      ],
    ],
  ])('%s', (_what, change, expected) => expectLines(judgeRoot({ ...good, ...change }), expected));
});

describe('credentials', () => {
  const found = { from: 'the environment', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', expiresAt: null };
  const sso = "The SSO session token is invalid. To refresh this SSO session run 'aws sso login'.";
  test.each<[what: string, facts: Parameters<typeof judgeCredentials>[0], profile: string | null, expected: Seen]>([
    ['that last', ok(found), null, ['credentials', 'ok', 'from the environment, key AKIA…MPLE', null]],
    ['for hours', ok({ ...found, expiresAt: NOW + 90 * MIN }), null, ['credentials', 'ok', /another 1 h 30 min/]],
    [
      'that soon end',
      ok({ ...found, expiresAt: NOW + MIN }),
      'team',
      ['credentials', 'warning', /1 min/, /--profile team/],
    ],
    [
      'that have ended',
      ok({ ...found, expiresAt: NOW - 1 }),
      null,
      ['credentials', 'problem', /expired/, /aws sso login/],
    ],
    [
      'none',
      trouble('credentials', 'search for credentials: none found (sign in, for instance with aws sso login).'),
      null,
      ['credentials', 'problem', /^none found\.$/, /AWS_PROFILE/],
    ],
    ['of no such profile', trouble('credentials'), 'team', ['credentials', 'problem', /./, /the profile "team"/]],
    [
      'of an SSO session that ended',
      trouble('credentials', sso),
      'team',
      ['credentials', 'problem', /./, /^Sign in: aws sso login --profile team$/],
    ],
  ])('%s', (_what, facts, profile, expected) => expectLines([judgeCredentials(facts, profile, NOW)], [expected]));

  test.each([
    ['AKIAIOSFODNN7EXAMPLE', 'key AKIA…MPLE'],
    ['short', 'key ****'],
    ['', 'key ****'],
  ])('the id %s is shown as %s', (id, shown) => expect(masked(id)).toBe(shown));
});

describe('proxy', () => {
  test('none', () => expectLines([judgeProxy({ variables: [], host: 'h' })], [['proxy', 'ok']]));
  test('one that is not used', () =>
    expectLines(
      [judgeProxy({ variables: ['HTTPS_PROXY'], host: 'h' })],
      [['proxy', 'warning', /HTTPS_PROXY.*straight/]],
    ));

  test.each<[env: Record<string, string>, protocol: string, host: string, names: string[]]>([
    [{}, 'https:', 'a.example', []],
    [{ HTTPS_PROXY: 'http://p' }, 'https:', 'a.example', ['HTTPS_PROXY']],
    [{ HTTPS_PROXY: '' }, 'https:', 'a.example', []],
    [{ HTTPS_PROXY: 'http://p' }, 'http:', 'a.example', []],
    [{ HTTP_PROXY: 'http://p' }, 'http:', 'a.example', []],
    [{ http_proxy: 'http://p', ALL_PROXY: 'http://q' }, 'http:', 'a.example', ['http_proxy', 'ALL_PROXY']],
    [{ HTTPS_PROXY: 'http://p', NO_PROXY: 'b.example, .example' }, 'https:', 'a.example:9000', []],
    [{ HTTPS_PROXY: 'http://p', no_proxy: '*' }, 'https:', 'a.example', []],
    [{ HTTPS_PROXY: 'http://p', NO_PROXY: 'ample' }, 'https:', 'a.example', ['HTTPS_PROXY']],
    [{ HTTPS_PROXY: 'http://p', NO_PROXY: 'A.EXAMPLE' }, 'https:', 'a.example', []],
  ])('%j for %s//%s: %j', (env, protocol, host, names) => expect(proxyVariables(env, protocol, host)).toEqual(names));
});

describe('the remote', () => {
  const reach: ReachFacts = {
    host: 's3.example',
    latencyMs: 40,
    clocks: { store: NOW, own: NOW + 300 },
    region: 'eu-central-1',
  };
  const lease: LeaseRecord = {
    nonce: 'n',
    holder: 'bob@build-7',
    hostname: 'build-7',
    pid: 7,
    workspace: 'w',
    tool: 'cli',
    purpose: 'make',
    acquiredAt: new Date(NOW - 5 * MIN).toISOString(),
    renewedAt: new Date(NOW).toISOString(),
    ttlMs: 30_000,
  };
  const head: HeadFacts = { isThere: true, generation: 12, lease: null, leaseIsOurs: false, leaseIsStale: false };
  const probe = { etagForm: 'quoted', checksChecksums: true, writers: 32, cleaned: ok(14) } as const;
  const good: Omit<RemoteFacts, 'credentials'> = {
    reach: ok(reach),
    list: ok(null),
    head: ok(head),
    probe: ok(probe),
    versioning: ok('Enabled'),
    encryption: ok('AES256'),
  };
  const WELL: readonly Seen[] = [
    ['reachability', 'ok', 's3.example answers in 40 ms', null],
    ['region', 'ok'],
    ['clock', 'ok', /agrees/],
    ['permissions', 'ok', /list, read, write and delete/],
    ['datastore', 'ok', 'generation 12'],
    ['lease', 'ok', 'free'],
    ['safe writes', 'ok', /32 writers/],
    ['versioning', 'ok', /^on/],
    ['encryption', 'ok', /AES256/],
  ];
  const none = { list: null, head: null, probe: null, versioning: null, encryption: null };
  /** The good case with some topics said otherwise; an empty list: the topic is left out. */
  const but = (changes: Record<string, readonly Seen[]>): Seen[] =>
    WELL.flatMap((line) => (Object.hasOwn(changes, line[0]) ? (changes[line[0]] ?? []) : [line]));

  test.each<[what: string, change: Partial<typeof good>, expected: readonly Seen[]]>([
    ['is well', {}, WELL],
    [
      'gives no answer',
      { ...none, reach: trouble('offline', 'first request: no answer') },
      [
        ['reachability', 'problem', /^no answer$/, 'do'],
        ['datastore', 'note', /not looked at/],
      ],
    ],
    ['answers, and there are no credentials', none, [...WELL.slice(0, 3), ['datastore', 'note', /not looked at/]]],
    [
      'lies in another region',
      { reach: ok({ ...reach, region: 'us-west-2' }) },
      but({ region: [['region', 'warning', /us-west-2.*eu-central-1/, /`region: us-west-2`/]] }),
    ],
    ['says no region', { reach: ok({ ...reach, region: null }) }, but({ region: [] })],
    ['says no time', { reach: ok({ ...reach, clocks: null }) }, but({ clock: [] })],
    [
      'has a clock a little apart',
      { reach: ok({ ...reach, clocks: { store: NOW, own: NOW + 5000 } }) },
      but({ clock: [['clock', 'ok', /5\.0 s ahead of/]] }),
    ],
    [
      'has a clock minutes apart',
      { reach: ok({ ...reach, clocks: { store: NOW, own: NOW - 5 * MIN } }) },
      but({ clock: [['clock', 'warning', /5 min behind/]] }),
    ],
    [
      'has a clock so far apart that it refuses',
      { reach: ok({ ...reach, clocks: { store: NOW, own: NOW + 60 * MIN } }) },
      but({ clock: [['clock', 'problem', /1 h ahead/]] }),
    ],
    [
      'has no such bucket',
      { ...none, list: trouble('bucket', 'LIST below "": the bucket "x" does not exist.') },
      [...WELL.slice(0, 3), ['datastore', 'problem', /^the bucket "x"/, 'do'], ['datastore', 'note']],
    ],
    [
      'lets nobody list',
      { list: trouble('denied') },
      but({ permissions: [['permissions', 'problem', /listing/, /s3:ListBucket/]] }),
    ],
    [
      'lets nobody read',
      { head: trouble('denied'), probe: null },
      but({ permissions: [['permissions', 'problem', 'why']], datastore: [], lease: [], 'safe writes': [] }),
    ],
    [
      'lets nobody write',
      { probe: trouble('denied') },
      but({ permissions: [['permissions', 'problem', /pulling works/, /s3:PutObject/]], 'safe writes': [] }),
    ],
    [
      'lets nobody delete',
      { probe: ok({ ...probe, cleaned: trouble('denied') }) },
      but({ permissions: [['permissions', 'warning', /probe\//, /s3:DeleteObject/]] }),
    ],
    [
      'is foreign',
      { head: trouble('foreign'), probe: null },
      but({ permissions: [['datastore', 'problem', 'why', 'do']], datastore: [], lease: [], 'safe writes': [] }),
    ],
    [
      'is empty yet',
      { head: ok({ ...head, isThere: false, generation: null }) },
      but({ datastore: [['datastore', 'note', /first push/, null]], lease: [] }),
    ],
    [
      'is held by another',
      { head: ok({ ...head, lease }) },
      but({ lease: [['lease', 'note', /bob@build-7 \(process 7\) for make, since 5 min ago/, /--force/]] }),
    ],
    [
      'is held by one who is gone',
      { head: ok({ ...head, lease, leaseIsStale: true }) },
      but({ lease: [['lease', 'note', /not renewed/, /takes it over/]] }),
    ],
    [
      'is held by us',
      { head: ok({ ...head, lease, leaseIsOurs: true }) },
      but({ lease: [['lease', 'ok', /this workspace/]] }),
    ],
    [
      'lies about conditions',
      { probe: trouble('unsafe-store', 's3://x at y has no working compare-and-swap: 16 are told that they won') },
      but({
        permissions: [['permissions', 'ok', 'list and read are allowed']],
        'safe writes': [['safe writes', 'problem', /^writing is refused, pulling works: 16 are told/]],
      }),
    ],
    [
      'does not answer the probe',
      { probe: trouble('offline', 'PUT of "probe/x": no answer') },
      but({
        permissions: [['permissions', 'ok', 'list and read are allowed']],
        'safe writes': [['safe writes', 'problem', /^no answer$/]],
      }),
    ],
    [
      'is odd where it does no harm',
      { probe: ok({ ...probe, etagForm: 'bare', checksChecksums: false }) },
      but({ 'safe writes': [['safe writes', 'ok', /without their quotes and does not check checksums/, null]] }),
    ],
    ['keeps no versions', { versioning: ok('') }, but({ versioning: [['versioning', 'warning', /^off/]] })],
    [
      'kept versions once',
      { versioning: ok('Suspended') },
      but({ versioning: [['versioning', 'warning', /^suspended/]] }),
    ],
    [
      'does not know of versions',
      { versioning: trouble('failed'), encryption: trouble('denied') },
      but({
        versioning: [['versioning', 'note', /does not say/, null]],
        encryption: [['encryption', 'note', /refuses to say/, null]],
      }),
    ],
    ['encrypts nothing', { encryption: ok('') }, but({ encryption: [['encryption', 'warning', /neither/, /sse-s3/]] })],
  ])('%s', (_what, change, expected) => expectLines(judgeRemote({ ...good, ...change }, BACKEND, NOW), expected));

  test('what the configuration asks for counts, whatever the bucket says of encryption', () => {
    const backend = { ...BACKEND, encryption: { mode: 'sse-kms' } } as const;
    const lines = judgeRemote({ ...good, encryption: ok('') }, backend, NOW);
    expectLines(lines, but({ encryption: [['encryption', 'ok', /sse-kms/]] }));
  });
});

describe('this machine', () => {
  test.each<[limit: number | null, used: number, needed: number, level: string]>([
    [8192, 100, 50, 'ok'],
    [8192, 8000, 180, 'warning'],
    [8192, 8000, 500, 'warning'],
    [null, 0, 100_000, 'ok'],
  ])('of %s watches %s are taken and %s needed: %s', (limit, used, needed, level) =>
    expectLines([judgeWatching({ limit, used, needed })], [['watching', level]]),
  );

  test.each([
    [true, 'ok'],
    [false, 'problem'],
  ])('a state folder that may be written (%s)', (writable, level) =>
    expectLines([judgeState({ folder: '/s', writable, bytes: 1200 })], [['state folder', level, /\/s/]]),
  );

  test.each([
    [5e9, 'ok'],
    [5e8, 'warning'],
    [5e6, 'problem'],
  ])('%s bytes free', (free, level) => expectLines([judgeSpace({ folder: '/d', free })], [['free space', level]]));

  const nothing: StagingFacts = { runs: 0, files: 0, bytes: 0, oldest: null, died: false };
  test.each<[what: string, facts: Partial<StagingFacts>, expected: Seen]>([
    ['nothing', {}, ['staging', 'ok', /nothing/]],
    [
      'replaced files',
      { runs: 1, files: 2, bytes: 99, oldest: NOW - 60 * MIN },
      ['staging', 'ok', /2 replaced files kept \(99 B\), since 1 h ago/],
    ],
    ['a run that died', { runs: 1, files: 2, died: true }, ['staging', 'note', /killed/, /Sync/]],
  ])('staging with %s', (_what, facts, expected) =>
    expectLines([judgeStaging({ ...nothing, ...facts }, NOW)], [expected]),
  );

  const inStep: BaseFacts = {
    record: 'fine',
    marked: true,
    files: 3,
    lastSyncAt: NOW - 5 * MIN,
    conflicts: 0,
    problems: 0,
    unsettled: 0,
  };
  test.each<[what: string, change: Partial<BaseFacts>, expected: Seen[]]>([
    ['in step', {}, [['base', 'ok', '3 files in step, last sync 5 min ago', null]]],
    ['of a folder that is not there', { marked: false }, [['base', 'warning', /another one is in its place/, /mount/]]],
    ['never in step', { record: 'none', marked: false }, [['base', 'note', /never/, null]]],
    ['lost', { record: 'none' }, [['base', 'warning', /gone/, /asks/]]],
    ['damaged', { record: 'damaged' }, [['base', 'warning', /cannot be read/]]],
    ['of another remote', { record: 'other' }, [['base', 'warning', /another remote/]]],
    ['of another remote, and unmarked', { record: 'other', marked: false }, [['base', 'note']]],
    [
      'with a commit in doubt and things left open',
      { unsettled: 1, conflicts: 2, problems: 1 },
      [
        ['base', 'ok'],
        ['base', 'note', /1 commit/],
        ['base', 'warning', /2 conflicts and 1 path/],
      ],
    ],
  ])('a base %s', (_what, change, expected) => expectLines(judgeBase({ ...inStep, ...change }, NOW), expected));
});

describe('all lines together', () => {
  const line = (level: DoctorLine['level'], kind?: SyncErrorKind): DoctorLine => ({
    topic: 'base',
    level,
    text: 'x',
    remedy: 'y',
    ...(kind === undefined ? {} : { kind }),
  });
  test.each<[lines: DoctorLine[], code: number, summary: string]>([
    [[], 0, 'All is well.'],
    [[line('ok'), line('note')], 0, 'All is well.'],
    [[line('warning')], 0, '1 warning.'],
    [[line('problem', 'local')], 1, '1 problem.'],
    [[line('problem', 'local'), line('problem', 'offline'), line('warning')], 5, '2 problems, 1 warning.'],
    [[line('problem', 'offline'), line('problem', 'foreign')], 6, '2 problems.'],
    [[line('problem', 'foreign'), line('problem', 'config')], 2, '2 problems.'],
    [[line('problem')], 1, '1 problem.'],
  ])('%j', (lines, code, summary) => {
    expect(doctorCode(lines)).toBe(code);
    expect(doctorSummary(lines)).toBe(summary);
  });

  test('fit 80 columns, with the remedy below its line', () => {
    const long = Array.from({ length: 40 }, (_, index) => `word${index}`).join(' ');
    const text = doctorWords({ version: '1', platform: 'p', workspace: '/w' }, [
      { ...line('problem'), text: long, remedy: long },
    ]);
    for (const one of text) expect(one.length).toBeLessThanOrEqual(80);
    expect(text.join('\n')).toMatch(/^problem {2}base {2}word0 .*\n(?: {15}.*\n)+ {15}→ word0/m);
  });
});
