import { execFile, execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type S3Server, startS3Server } from '../support/s3-server/server.ts';

interface Peer {
  readonly name: string;
  readonly program: string;
  readonly bucket: string;
  /** The bucket's prefix in the program's own notation. */
  readonly remote: string;
  /** Arguments that make `to` equal to `from`. */
  readonly copy: (server: S3Server, from: string, to: string) => string[];
  readonly environment: (server: S3Server) => Record<string, string>;
}

const peers: Peer[] = [
  {
    name: 'aws s3 sync',
    program: 'aws',
    bucket: 'peer-aws',
    remote: 's3://peer-aws/deep/prefix',
    copy: ({ endpoint }, from, to) => ['--endpoint-url', endpoint, 's3', 'sync', '--no-progress', from, to],
    environment: () => ({ AWS_CONFIG_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true' }),
  },
  {
    name: 'rclone sync',
    program: 'rclone',
    bucket: 'peer-rclone',
    remote: 'dev:peer-rclone/deep/prefix',
    copy: (_, from, to) => ['sync', '--s3-upload-cutoff', '16M', from, to],
    environment: ({ endpoint, region }) => ({
      RCLONE_CONFIG: '/dev/null',
      RCLONE_CONFIG_DEV_TYPE: 's3',
      RCLONE_CONFIG_DEV_PROVIDER: 'Other',
      RCLONE_CONFIG_DEV_ENV_AUTH: 'true',
      RCLONE_CONFIG_DEV_ENDPOINT: endpoint,
      RCLONE_CONFIG_DEV_REGION: region,
    }),
  },
];

const stores = [{ kind: 'memory' as const }, { kind: 'folder' as const }];
const large = 40 << 20;
const tree: Record<string, Buffer> = {
  'plain.json': Buffer.from('{"a": 1}\n'),
  empty: Buffer.alloc(0),
  'a/b/c/deep.txt': Buffer.from('deep'),
  'with space & + % # ?.txt': Buffer.from('punctuation'),
  'ünï/漢字-𝒳-😀.txt': Buffer.from('beyond latin'),
  'large.bin': randomBytes(large),
};

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'peers-'));
  for (const [path, content] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, 'up', path)), { recursive: true });
    writeFileSync(join(folder, 'up', path), content);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(stores)('peers against the $kind store', ({ kind }) => {
  it.for(peers)('$name brings a tree up and down again, every byte', async (peer, { skip }) => {
    const program = workingProgram(peer.program);
    if (program === undefined) skip(missing(peer.program));
    else await check(peer, program, kind);
  });
});

async function check(peer: Peer, program: string, kind: 'memory' | 'folder'): Promise<void> {
  const disk = kind === 'folder' ? { folder: join(folder, `store-${peer.program}`) } : {};
  const server = await startS3Server({ buckets: [peer.bucket], ...disk });
  const env = { ...inherited(), ...keys(server), ...peer.environment(server) };
  const [up, down] = [join(folder, 'up'), join(folder, `down-${kind}-${peer.program}`)];
  const copy = async (from: string, to: string): Promise<unknown> =>
    execute(program, peer.copy(server, from, to), { env });
  try {
    await copy(up, peer.remote);
    expect(server.requests.byOperation.UploadPart ?? 0, 'the large file goes up in parts').toBeGreaterThan(1);
    await copy(peer.remote, down);
    expect(hashes(down)).toEqual(hashes(up));
    expect(Object.keys(hashes(down))).toHaveLength(Object.keys(tree).length);
    server.requests.reset();
    await copy(up, peer.remote);
    expect(server.requests.byMethod['PUT'] ?? 0, 'a second run finds nothing to send').toBe(0);
  } finally {
    await server.stop();
  }
}

const execute = promisify(execFile);

/** The first program of that name on PATH that can say its version: a shim may be broken. */
function workingProgram(name: string): string | undefined {
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.map((path) => join(path, name)).find(answersVersion);
}

function answersVersion(path: string): boolean {
  try {
    execFileSync(path, ['--version'], { stdio: 'ignore', env: inherited(), timeout: 30_000 });
    return true;
  } catch {
    return false;
  }
}

/** Why the peer is left out; where nothing may be left out, that is a failure. */
function missing(program: string): string {
  const reason = `no working ${program} on this machine (Debian packages: awscli, rclone)`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  process.stdout.write(`left out: ${reason}\n`);
  return reason;
}

/** This process's environment without what would steer the programs elsewhere: profiles, proxies, certificates. */
function inherited(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:aws_|rclone_|https?_proxy$|all_proxy$)/i.test(name),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, value ?? '']));
}

function keys({ credentials, region }: S3Server): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_DEFAULT_REGION: region,
    AWS_REGION: region,
  };
}

function hashes(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [relative(root, path), createHash('sha256').update(readFileSync(path)).digest('hex')];
    }),
  );
}
