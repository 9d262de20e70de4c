import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findWorkspace, readConfig } from '../../src/adapters/config-files.ts';
import type { Config } from '../../src/core/config/config.ts';
import { configProblemText } from '../../src/core/config/config-problem.ts';
import { DEFAULT_TIMING } from '../../src/core/config/timing.ts';

/* Through the files, as people write them: the lines of the messages are part of the contract. */

let folder = '';
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'config-'))));
afterAll(() => rm(folder, { recursive: true }));

interface Setting {
  /** `.datastore.yaml` */
  readonly yaml?: string;
  /** `.swamp.yaml` */
  readonly swamp?: string;
  readonly swampFolder?: true;
  readonly env?: Record<string, string>;
  readonly flag?: string;
}

async function read(setting: Setting) {
  const workspace = await mkdtemp(path.join(folder, 'w-'));
  if (setting.yaml !== undefined) await writeFile(path.join(workspace, '.datastore.yaml'), setting.yaml);
  if (setting.swamp !== undefined) await writeFile(path.join(workspace, '.swamp.yaml'), setting.swamp);
  if (setting.swampFolder) await mkdir(path.join(workspace, '.swamp'));
  const url = setting.flag === undefined ? {} : { url: { source: '--datastore', url: setting.flag } };
  return { workspace, result: await readConfig({ workspace, env: { HOME: '/home/alice', ...setting.env }, ...url }) };
}

async function problems(setting: Setting): Promise<string[]> {
  const { result } = await read(setting);
  return result.ok ? [`no problem: ${JSON.stringify(result.value)}`] : result.problem.map(configProblemText);
}

async function config(setting: Setting): Promise<{ workspace: string; found: Config }> {
  const { workspace, result } = await read(setting);
  if (!result.ok) throw new Error(result.problem.map(configProblemText).join('\n'));
  return { workspace, found: result.value };
}

const S3 = 'type: s3\nroot: data\nbucket: my-team-data\n';
const line = (text: string) => `${S3}${text}\n`;

describe('a mistake in .datastore.yaml is named with line, field, what was found and what is allowed', () => {
  const bucket = (found: string) =>
    `.datastore.yaml:3: bucket: ${found} is not a bucket name (3 to 63 characters: a-z, 0-9, . and -, first and last a letter or digit)`;
  const root = (found: string, why: string) =>
    `.datastore.yaml:2: root: ${found} is not a folder inside the workspace: ${why}`;
  const http = (found: string) =>
    `.datastore.yaml:4: endpoint: ${found} sends data in the clear: plain http is allowed to this machine only (localhost, 127.x.x.x, [::1]); use https`;
  const withBucket = (name: string) => `type: s3\nroot: data\nbucket: ${name}\n`;
  const withRoot = (name: string) => `type: s3\nroot: ${name}\nbucket: my-team-data\n`;
  const secret =
    'a secret does not belong here: remove it, and treat it as leaked if it was shared. Name an AWS profile with "profile", or set the AWS_ variables';

  test.each<[what: string, yaml: string, messages: (string | RegExp)[]]>([
    ['capitals and _ in the bucket', withBucket('My_Bucket'), [bucket('"My_Bucket"')]],
    ['a bucket of two characters', withBucket('ab'), [bucket('"ab"')]],
    ['a bucket like an IP address', withBucket('192.168.0.1'), [bucket('"192.168.0.1"')]],
    ['two dots in the bucket', withBucket('a..b'), [bucket('"a..b"')]],
    ['a bucket that ends in -', withBucket('team-'), [bucket('"team-"')]],
    ['a bucket that is a number', withBucket('12345'), [bucket('12345')]],
    ['a bucket that is left empty', withBucket(''), [bucket('nothing')]],
    ['a bucket that is a list', withBucket('[a, b]'), ['.datastore.yaml:3: bucket: a list is not a single value']],
    ['a long value, cut', withBucket('X'.repeat(100)), [/^\.datastore\.yaml:3: bucket: "X{56}…" is not a bucket name/]],
    ['an absolute root', withRoot('/data'), [root('"/data"', 'it must be relative')]],
    ['a root of another drive', withRoot('"C:data"'), [root('"C:data"', 'it must be relative')]],
    ['a root in the home folder', withRoot('~/data'), [root('"~/data"', 'it must be relative')]],
    ['a root outside', withRoot('a/../../b'), [root('"a/../../b"', 'it must not lead outside with ".."')]],
    ['the whole workspace as root', withRoot('.'), [root('"."', 'name a folder, not the whole')]],
    ['an empty root', withRoot('""'), ['.datastore.yaml:2: root: "" is not a folder inside the workspace']],
    ['git as root', withRoot('.git'), [/^\.datastore\.yaml:2: root: "\.git" is not a folder inside the workspace: /]],
    ['a root inside git', withRoot('.git/data'), [/^\.datastore\.yaml:2: root: "\.git\/data" is not a folder inside/]],
    ['a root with a backslash', withRoot("'a\\b'"), [/^\.datastore\.yaml:2: root: "a\\\\b" is not a folder inside/]],
    [
      'a misspelt field',
      line('regoin: eu-central-1'),
      [/^\.datastore\.yaml:4: regoin: unknown field \(did you mean "region"\?\); known here: type, root, bucket, /],
    ],
    ['a field unlike any other', line('colour: red'), [/^\.datastore\.yaml:4: colour: unknown field; known here: /]],
    ['a field of Object.prototype', line('constructor: x'), [/^\.datastore\.yaml:4: constructor: unknown field/]],
    [
      'a region with a space',
      line('region: eu central'),
      ['.datastore.yaml:4: region: "eu central" is not a region (such as eu-central-1: letters, digits and -)'],
    ],
    ['plain http to another machine', line('endpoint: http://minio.example.org'), [http('"http://minio.example.org"')]],
    [
      'plain http to a name that starts like loopback',
      line('endpoint: http://127.0.0.1.example.org'),
      [http('"http://127.0.0.1.example.org"')],
    ],
    [
      'an endpoint without a scheme',
      line('endpoint: s3.example.org'),
      [
        '.datastore.yaml:4: endpoint: "s3.example.org" is not a URL (such as https://s3.example.org; no query, no fragment)',
      ],
    ],
    [
      'a port out of range',
      line('endpoint: https://s3.example.org:70000'),
      [/^\.datastore\.yaml:4: endpoint: "https:\/\/s3\.example\.org:70000" is not a URL/],
    ],
    [
      'a password in the endpoint, not repeated',
      line('endpoint: https://alice:hunter2@s3.example.org'),
      [
        '.datastore.yaml:4: endpoint: a URL must not carry a user name or password (use "profile" or the AWS_ variables)',
      ],
    ],
    ['an access key', line('accessKeyId: AKIAEXAMPLE'), [`.datastore.yaml:4: accessKeyId: ${secret}`]],
    [
      'a secret key under another name',
      line('aws_secret_access_key: hunter2'),
      [`.datastore.yaml:4: aws_secret_access_key: ${secret}`],
    ],
    [
      'a word for a boolean',
      line('forcePathStyle: "yes"'),
      ['.datastore.yaml:4: forcePathStyle: "yes" is neither true nor false'],
    ],
    ['a prefix with ..', line('prefix: a/../b'), [/^\.datastore\.yaml:4: prefix: "a\/\.\.\/b" is not a prefix/]],
    ['a prefix with an empty name', line('prefix: a//b'), [/^\.datastore\.yaml:4: prefix: "a\/\/b" is not a prefix/]],
    [
      'an absolute folder in directories',
      line('directories: [data, /etc]'),
      ['.datastore.yaml:4: directories[1]: "/etc" is not a folder below root: it must be relative'],
    ],
    [
      'no folder in directories',
      line('directories: []'),
      ['.datastore.yaml:4: directories: an empty list would share nothing: remove it to share all of root'],
    ],
    [
      'a pattern, a folder outside and all for a file that is allowed',
      line('allow: [/etc/x, "..", "."]'),
      [
        '.datastore.yaml:4: allow[0]: "/etc/x" is not a file below root: it must be relative',
        '.datastore.yaml:4: allow[1]: ".." is not a file below root: it must not lead outside with ".."',
        '.datastore.yaml:4: allow[2]: "." is not a file below root: name a file, not the whole',
      ],
    ],
    [
      'a deadline that is no number, and one that is too short',
      line('timing:\n  connectSeconds: soon\n  pollSeconds: 0'),
      [
        '.datastore.yaml:5: timing.connectSeconds: "soon" is not a number of seconds from 0.1 to 600',
        '.datastore.yaml:6: timing.pollSeconds: 0 is not a number of seconds from 1 to 86400',
      ],
    ],
    [
      'a misspelt deadline',
      line('timing: { settleSecond: 5 }'),
      [
        '.datastore.yaml:4: timing.settleSecond: unknown field (did you mean "settleSeconds"?); known here: connectSeconds, idleSeconds, requestSeconds, retrySeconds, settleSeconds, pollSeconds, pollAwaySeconds, scanSeconds, offlineSeconds',
      ],
    ],
    [
      'rates without a unit, too small, of no kind',
      line('maxUpload: 2\nmaxDownload: 1k'),
      ['maxUpload: "2"', 'maxDownload: "1k"'].map(
        (found, nth) =>
          `.datastore.yaml:${nth + 4}: ${found} is not a rate (bytes a second such as 500k, 2M or 1G, 1024-fold, from 16k on; or off)`,
      ),
    ],
    [
      'a text for a list',
      line('exclude: "*.tmp"'),
      ['.datastore.yaml:4: exclude: "*.tmp" is not a list (write [a, b])'],
    ],
    [
      'a number as exclude rule',
      line('exclude:\n  - "*.tmp"\n  - 5'),
      ['.datastore.yaml:6: exclude[1]: 5 is not a gitignore rule'],
    ],
    [
      'a ttl below a second',
      line('lock:\n  ttlSeconds: 0.5'),
      ['.datastore.yaml:5: lock.ttlSeconds: 0.5 is not a number of seconds from 1 to 3600'],
    ],
    [
      'a negative wait',
      line('lock: { waitSeconds: -1 }'),
      ['.datastore.yaml:4: lock.waitSeconds: -1 is not a number of seconds from 0 to 86400'],
    ],
    [
      'a misspelt field of lock',
      line('lock: { ttlSecond: 5 }'),
      [
        '.datastore.yaml:4: lock.ttlSecond: unknown field (did you mean "ttlSeconds"?); known here: ttlSeconds, waitSeconds',
      ],
    ],
    [
      'a lock that is a number',
      line('lock: 30'),
      ['.datastore.yaml:4: lock: 30 is not a map of fields (ttlSeconds, waitSeconds)'],
    ],
    [
      'an unknown encryption',
      line('encryption: { mode: aes }'),
      ['.datastore.yaml:4: encryption.mode: "aes" is not a mode (sse-s3 or sse-kms)'],
    ],
    [
      'encryption without a mode',
      line('encryption: { keyId: abc }'),
      ['.datastore.yaml:4: encryption.mode: missing (sse-s3 or sse-kms)'],
    ],
    [
      'a key without KMS',
      line('encryption: { mode: sse-s3, keyId: abc }'),
      ['.datastore.yaml:4: encryption.keyId: only with mode: sse-kms'],
    ],
    ['an unknown type', 'type: gcs\n', ['.datastore.yaml:1: type: "gcs" is not a type (s3 or filesystem)']],
    ['no type', 'root: data\nbucket: my-team-data\n', ['.datastore.yaml: type: missing (s3 or filesystem)']],
    [
      'nothing but a type',
      'type: s3\n',
      [
        '.datastore.yaml: bucket: missing; name the bucket that holds the shared copy',
        '.datastore.yaml: root: missing; name the workspace folder that is shared',
      ],
    ],
    [
      'a folder without path',
      'type: filesystem\n',
      ['.datastore.yaml: path: missing; name the folder that is used in place'],
    ],
    [
      'a bucket with a folder',
      'type: filesystem\npath: /nfs/x\nbucket: my-team-data\n',
      ['.datastore.yaml:3: bucket: only with type: s3'],
    ],
    [
      'a path with s3',
      line('path: /nfs/x'),
      ['.datastore.yaml:4: path: only with type: filesystem (the shared folder of type: s3 is root)'],
    ],
    ['an empty file', '', ['.datastore.yaml: type: missing (s3 or filesystem)']],
    [
      'a file that is a list',
      '- a\n',
      [
        '.datastore.yaml:1: a list is not a map of fields (type, root, bucket, prefix, region, endpoint, forcePathStyle, profile, path, encryption, directories, exclude, allow, lock, history, timing, maxUpload, maxDownload)',
      ],
    ],
    ['a field given twice', `${S3}bucket: other-bucket\n`, [/^\.datastore\.yaml:4: not valid YAML: .*unique/]],
    ['an unclosed list', 'type: s3\nexclude: [a\n', [/^\.datastore\.yaml:\d+: not valid YAML: /]],
    [
      'an alias',
      line('exclude: &x [a]\ndirectories: *x'),
      ['.datastore.yaml:5: *x: aliases are not supported here; write the value out'],
    ],
    [
      'several at once, all named',
      'type: s3\nroot: ../x\nbucket: B\nregoin: x\n',
      [
        root('"../x"', 'it must not lead outside with ".."'),
        bucket('"B"'),
        /^\.datastore\.yaml:4: regoin: unknown field/,
      ],
    ],
  ])('%s', async (_what, yaml, messages) => {
    const found = await problems({ yaml });
    expect(found).toEqual(
      messages.map((message) => (typeof message === 'string' ? message : expect.stringMatching(message))),
    );
  });
});

describe('a mistake in a URL names its layer and no secret', () => {
  test.each<[what: string, url: string, messages: (string | RegExp)[]]>([
    [
      'no scheme',
      'my-team-data',
      ['DATASTORE_URL: not a datastore URL (s3://bucket/prefix?region=… or filesystem:/path)'],
    ],
    [
      'another scheme',
      'gs://my-team-data',
      ['DATASTORE_URL: not a datastore URL (s3://bucket/prefix?region=… or filesystem:/path)'],
    ],
    [
      'keys before the bucket',
      's3://AKIA:hunter2@my-team-data/x',
      ['DATASTORE_URL: a URL must not carry a user name or password (use profile=… or the AWS_ variables)'],
    ],
    [
      'a key in the query',
      's3://my-team-data?root=data&secretAccessKey=hunter2',
      [/^DATASTORE_URL: secretAccessKey: a secret does not belong here/],
    ],
    [
      'a misspelt parameter',
      's3://my-team-data?rot=data',
      [/^DATASTORE_URL: rot: unknown field \(did you mean "root"\?\)/, /^DATASTORE_URL: root: missing/],
    ],
    ['a parameter twice', 's3://my-team-data?root=a&root=b', ['DATASTORE_URL: root is given twice']],
    [
      'a broken escape',
      's3://my-team-data/%zz?root=data',
      ['DATASTORE_URL: the prefix has a % that is not followed by two hexadecimal digits'],
    ],
    ['a bad bucket', 's3://My_Bucket?root=data', [/^DATASTORE_URL: bucket: "My_Bucket" is not a bucket name/]],
    [
      'a word for a boolean',
      's3://my-team-data?root=data&forcePathStyle=1',
      ['DATASTORE_URL: forcePathStyle: "1" is neither true nor false'],
    ],
    [
      'no root anywhere',
      's3://my-team-data',
      [
        'DATASTORE_URL: root: missing; name the workspace folder that is shared (add root=… to the URL, or root: to .datastore.yaml)',
      ],
    ],
    [
      'a root outside',
      's3://my-team-data?root=..%2Fx',
      ['DATASTORE_URL: root: "../x" is not a folder inside the workspace: it must not lead outside with ".."'],
    ],
    ['an empty folder', 'filesystem:', ['DATASTORE_URL: path: "" is not a folder']],
    [
      'a fragment',
      's3://my-team-data?root=data#x',
      ['DATASTORE_URL: a datastore URL has no #fragment (write %23 for a # in a name)'],
    ],
  ])('%s', async (_what, url, messages) => {
    const found = await problems({ env: { DATASTORE_URL: url } });
    expect(found).toEqual(
      messages.map((message) => (typeof message === 'string' ? message : expect.stringMatching(message))),
    );
    expect(found.join('\n')).not.toContain('hunter2');
  });

  test('the flag is named when it is the flag', async () => {
    expect(await problems({ flag: 'x' })).toEqual([expect.stringMatching(/^--datastore: not a datastore URL/)]);
  });

  test('a mistake in the file counts also when a URL wins', async () => {
    const env = { DATASTORE_URL: 's3://my-team-data?root=data' };
    expect(await problems({ env, yaml: line('exclude: 5') })).toEqual([
      '.datastore.yaml:4: exclude: 5 is not a list (write [a, b])',
    ]);
  });

  test('nothing anywhere is told apart from a mistake', async () => {
    const { result } = await read({});
    expect(result).toMatchObject({ ok: false, problem: [{ kind: 'not-set-up' }] });
  });
});

describe('the layers', () => {
  const named = { type: 's3', bucket: 'my-team-data', prefix: '', region: 'us-east-1', forcePathStyle: false };
  const s3 = { ...named, isRegionGuessed: true };
  const lock = { ttlMs: 30_000, waitMs: 60_000 };
  const plain = { root: 'data', directories: null, exclude: [], allow: [], lock, timing: DEFAULT_TIMING };
  const full = `# ours
type: s3
root: ./data/
bucket: my-team-data
prefix: /my-project/
region: eu-central-1
endpoint: https://s3.example.org/
forcePathStyle: false
profile: team
directories: [models, outputs/]
exclude: ["*.tmp", "telemetry/**"]
encryption: { mode: sse-kms, keyId: alias/team }
allow: [./models/.env, certs/ca.pem]
lock: { ttlSeconds: 10, waitSeconds: 0 }
timing:
  connectSeconds: 1
  idleSeconds: 1.5
  requestSeconds: 2
  retrySeconds: 3
  settleSeconds: 0.5
  pollSeconds: 5
  pollAwaySeconds: 6
  scanSeconds: 70
  offlineSeconds: 8
`;
  const timing = {
    connectMs: 1_000,
    idleMs: 1_500,
    requestMs: 2_000,
    retryMs: 3_000,
    settleMs: 500,
    pollMs: 5_000,
    pollAwayMs: 6_000,
    scanMs: 70_000,
    offlineMs: 8_000,
  };
  test.each<[what: string, setting: Setting, expected: (workspace: string) => unknown]>([
    ['a minimal file', { yaml: S3 }, () => ({ ...plain, backend: s3, source: '.datastore.yaml' })],
    [
      'rates, one of them off',
      { yaml: line('maxUpload: 1.5M\nmaxDownload: off') },
      () => ({ ...plain, backend: s3, maxUpload: 1_572_864, source: '.datastore.yaml' }),
    ],
    [
      'a file with everything',
      { yaml: full },
      () => ({
        backend: {
          type: 's3',
          bucket: 'my-team-data',
          prefix: 'my-project',
          region: 'eu-central-1',
          endpoint: 'https://s3.example.org',
          forcePathStyle: false,
          profile: 'team',
          encryption: { mode: 'sse-kms', keyId: 'alias/team' },
        },
        root: 'data',
        directories: ['models', 'outputs'],
        exclude: ['*.tmp', 'telemetry/**'],
        allow: ['models/.env', 'certs/ca.pem'],
        lock: { ttlMs: 10_000, waitMs: 0 },
        timing,
        source: '.datastore.yaml',
      }),
    ],
    [
      'an endpoint asks for path style',
      { yaml: line('endpoint: http://127.0.0.1:9000') },
      () => ({
        ...plain,
        source: '.datastore.yaml',
        backend: { ...s3, endpoint: 'http://127.0.0.1:9000', forcePathStyle: true },
      }),
    ],
    [
      'an IPv6 loopback endpoint',
      { yaml: line('endpoint: "http://[::1]:9000"') },
      () => ({
        ...plain,
        source: '.datastore.yaml',
        backend: { ...s3, endpoint: 'http://[::1]:9000', forcePathStyle: true },
      }),
    ],
    [
      'a dot in the bucket asks for path style',
      { yaml: 'type: s3\nroot: data\nbucket: my.data\n' },
      () => ({ ...plain, source: '.datastore.yaml', backend: { ...s3, bucket: 'my.data', forcePathStyle: true } }),
    ],
    [
      'the region of the environment, where the file has none',
      { yaml: S3, env: { AWS_REGION: 'eu-west-3' } },
      () => ({ ...plain, source: '.datastore.yaml', backend: { ...s3, region: 'eu-west-3' } }),
    ],
    [
      'the region of the file, where it has one',
      { yaml: line('region: eu-north-1'), env: { AWS_REGION: 'eu-west-3' } },
      () => ({ ...plain, source: '.datastore.yaml', backend: { ...named, region: 'eu-north-1' } }),
    ],
    [
      'DATASTORE_URL before flag and file; the backend is replaced wholly, the rest comes from the file',
      { yaml: full, flag: 's3://flag-bucket?root=other', env: { DATASTORE_URL: 's3://url-bucket/a%20b' } },
      () => ({
        root: 'data',
        directories: ['models', 'outputs'],
        exclude: ['*.tmp', 'telemetry/**'],
        allow: ['models/.env', 'certs/ca.pem'],
        lock: { ttlMs: 10_000, waitMs: 0 },
        timing,
        source: 'DATASTORE_URL',
        backend: { ...s3, bucket: 'url-bucket', prefix: 'a b' },
      }),
    ],
    [
      'all parameters of a URL',
      {
        env: {
          DATASTORE_URL:
            's3://my-team-data/p?region=auto&endpoint=https%3A%2F%2Fs3.example.org&root=data&profile=team&forcePathStyle=false',
        },
      },
      () => ({
        ...plain,
        source: 'DATASTORE_URL',
        backend: {
          type: 's3',
          bucket: 'my-team-data',
          prefix: 'p',
          region: 'auto',
          endpoint: 'https://s3.example.org',
          forcePathStyle: false,
          profile: 'team',
        },
      }),
    ],
    [
      'the flag before the file',
      { yaml: S3, flag: 's3://flag-bucket?root=other' },
      () => ({ ...plain, root: 'other', source: '--datastore', backend: { ...s3, bucket: 'flag-bucket' } }),
    ],
    [
      'an empty variable is none',
      { yaml: S3, env: { DATASTORE_URL: ' ' } },
      () => ({ ...plain, backend: s3, source: '.datastore.yaml' }),
    ],
    [
      'a file that leaves the bucket to the URL',
      { yaml: 'root: data\n', env: { DATASTORE_URL: 's3://my-team-data' } },
      () => ({ ...plain, backend: s3, source: 'DATASTORE_URL' }),
    ],
    [
      'a folder of the URL',
      { env: { DATASTORE_URL: 'filesystem:/nfs/team' } },
      () => ({ ...plain, root: '', source: 'DATASTORE_URL', backend: { type: 'filesystem', path: '/nfs/team' } }),
    ],
    [
      'a folder as URL with slashes',
      { env: { DATASTORE_URL: 'filesystem:///nfs/team' } },
      () => ({ ...plain, root: '', source: 'DATASTORE_URL', backend: { type: 'filesystem', path: '/nfs/team' } }),
    ],
    [
      'a folder of the file, in the workspace',
      { yaml: 'type: filesystem\npath: shared/x\n' },
      (workspace) => ({
        ...plain,
        root: 'shared/x',
        source: '.datastore.yaml',
        backend: { type: 'filesystem', path: path.join(workspace, 'shared/x') },
      }),
    ],
    [
      'a folder of the home',
      { yaml: 'type: filesystem\npath: ~/x\n' },
      () => ({ ...plain, root: '', source: '.datastore.yaml', backend: { type: 'filesystem', path: '/home/alice/x' } }),
    ],
    [
      'SWAMP_DATASTORE before the flag',
      { flag: 's3://flag-bucket?root=x', env: { SWAMP_DATASTORE: 'filesystem:/nfs/x' } },
      () => ({ ...plain, root: '', source: 'SWAMP_DATASTORE', backend: { type: 'filesystem', path: '/nfs/x' } }),
    ],
    [
      "another tool's S3, without its keys",
      { env: { SWAMP_DATASTORE: '@swamp/s3-datastore:{"secretAccessKey":"x"}' } },
      () => ({
        ...plain,
        root: '',
        source: 'SWAMP_DATASTORE',
        backend: { type: 'unsupported', found: '@swamp/s3-datastore' },
      }),
    ],
    [
      '.swamp.yaml with a folder; its other fields are none of ours',
      { swamp: 'name: x\ndatastore:\n  type: filesystem\n  path: /nfs/y\n  exclude: ["*.log"]\n  other: 1\n' },
      () => ({
        ...plain,
        exclude: ['*.log'],
        root: '',
        source: '.swamp.yaml',
        backend: { type: 'filesystem', path: '/nfs/y' },
      }),
    ],
    [
      '.swamp.yaml with S3',
      { swamp: 'datastore:\n  type: "@swamp/s3-datastore"\n  config: { bucket: b }\n' },
      () => ({
        ...plain,
        root: '',
        source: '.swamp.yaml',
        backend: { type: 'unsupported', found: '@swamp/s3-datastore' },
      }),
    ],
    [
      '.datastore.yaml before .swamp.yaml',
      { yaml: S3, swamp: 'datastore: { type: filesystem, path: /nfs/y }\n' },
      () => ({ ...plain, backend: s3, source: '.datastore.yaml' }),
    ],
    [
      '.swamp.yaml without datastore: the default',
      { swamp: 'name: x\n', swampFolder: true },
      (workspace) => ({
        ...plain,
        root: '.swamp',
        source: 'default',
        backend: { type: 'filesystem', path: path.join(workspace, '.swamp') },
      }),
    ],
    [
      'the folder .swamp alone',
      { swampFolder: true },
      (workspace) => ({
        ...plain,
        root: '.swamp',
        source: 'default',
        backend: { type: 'filesystem', path: path.join(workspace, '.swamp') },
      }),
    ],
  ])('%s', async (_what, setting, expected) => {
    const { workspace, found } = await config(setting);
    expect(found).toEqual(expected(workspace));
  });
});

test('the workspace is the nearest folder with a configuration or a repository', async () => {
  const top = await mkdtemp(path.join(folder, 'find-'));
  const sub = path.join(top, 'repo/packages/a/src');
  await mkdir(sub, { recursive: true });
  await mkdir(path.join(top, 'repo/.git'));
  expect(await findWorkspace(sub)).toBe(path.join(top, 'repo'));
  await writeFile(path.join(top, 'repo/packages/a/.datastore.yaml'), S3);
  expect(await findWorkspace(sub)).toBe(path.join(top, 'repo/packages/a'));
  expect(await findWorkspace(path.join(top, 'repo/packages'))).toBe(path.join(top, 'repo'));
});

test('rates that are set in a window go before those of the file, and a mistake there is named', async () => {
  const { workspace } = await read({ yaml: line('maxUpload: 1M\nmaxDownload: 1M') });
  const readWith = (maxUpload: string, maxDownload: string) =>
    readConfig({ workspace, env: {}, rates: { source: 'datastore.', texts: { maxUpload, maxDownload } } });
  const set = await readWith('off', '');
  expect(set).toMatchObject({ ok: true, value: { maxDownload: 1_048_576 } });
  expect(set.ok && set.value).not.toHaveProperty('maxUpload');
  const wrong = await readWith('', 'fast');
  expect(wrong.ok ? [] : wrong.problem.map(configProblemText)).toEqual([
    'datastore.maxDownload: "fast" is not a rate (bytes a second such as 500k, 2M or 1G, 1024-fold, from 16k on; or off)',
  ]);
});
