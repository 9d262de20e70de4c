import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Contender, direction, environment, type Place } from './contender.ts';
import type { DevServer } from './dev-server.ts';
import type { Command } from './measure.ts';
import type { Pace } from './rounds.ts';
import { s3SyncClient } from './s3-sync-client.ts';

/** Ours first. Throws with a message for people when one is not there. */
export function findContenders(): readonly Contender[] {
  return [
    ours(fileURLToPath(new URL('../../dist/cli.js', import.meta.url))),
    aws(),
    rclone('rclone', [], 'slow'),
    rclone('rclone 64', tuned(64), 'fast'),
    rclone('rclone 256', tuned(256), 'fast'),
    s3cmd(),
    s3SyncClient(),
  ];
}

const tuned = (many: number): readonly string[] =>
  `--transfers ${many} --checkers ${many} --fast-list --s3-no-head --update --use-server-modtime`.split(' ');

/** What `node esbuild.mjs cli` has written. */
export function ours(cli: string): Contender {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const words = (given: readonly string[], { workspace, home }: Place, server: DevServer): Command => ({
    program: process.execPath,
    args: [cli, ...given],
    cwd: workspace,
    env: { ...environment(server), HOME: home, XDG_STATE_HOME: join(home, 'state') },
  });
  const verbs = { push: ['push'], both: ['sync'], pull: ['pull'], plan: ['sync', '--dry-run', '--json'] } as const;
  return {
    name: 'datastore',
    pace: 'ours',
    version: `${version} on Node ${process.versions.node}`,
    prepare({ workspace, bucket }, { endpoint, region }) {
      const config = { type: 's3', root: 'data', bucket, prefix: 'bench', region, endpoint, forcePathStyle: true };
      const lines = Object.entries(config).map(([name, value]) => `${name}: ${value}\n`);
      writeFileSync(join(workspace, '.datastore.yaml'), lines.join(''));
    },
    command: (act, place, server) => words(verbs[act], place, server),
    // It notes what the probe finds for the next push.
    probe: (place, server) => words(['doctor'], place, server),
  };
}

function aws(): Contender {
  const { program, version } = working('aws');
  return {
    name: 'aws s3 sync',
    pace: 'slow',
    // The rest of the line names this machine's kernel.
    version: version.split(' ')[0] ?? version,
    prepare: () => undefined,
    command(act, { workspace, data, bucket, home }, server) {
      const [from, to] = direction(act, data, `s3://${bucket}/bench`);
      return {
        program,
        args: ['--endpoint-url', server.endpoint, 's3', 'sync', '--delete', '--only-show-errors', from, to],
        cwd: workspace,
        env: { ...environment(server), HOME: home, AWS_CONFIG_FILE: '/dev/null' },
      };
    },
  };
}

function rclone(name: string, flags: readonly string[], pace: Pace): Contender {
  const { program, version } = working('rclone');
  return {
    name,
    pace,
    version: flags.length === 0 ? version : `${version} ${flags.join(' ')}`,
    prepare: () => undefined,
    command(act, { workspace, data, bucket, home }, server) {
      const [from, to] = direction(act, data, `dev:${bucket}/bench`);
      return {
        program,
        args: ['sync', ...flags, from, to],
        cwd: workspace,
        env: {
          ...environment(server),
          HOME: home,
          RCLONE_CONFIG: '/dev/null',
          RCLONE_CONFIG_DEV_TYPE: 's3',
          RCLONE_CONFIG_DEV_PROVIDER: 'Other',
          RCLONE_CONFIG_DEV_ENV_AUTH: 'true',
          RCLONE_CONFIG_DEV_ENDPOINT: server.endpoint,
          RCLONE_CONFIG_DEV_REGION: server.region,
        },
      };
    },
  };
}

function s3cmd(): Contender {
  const { program, version } = working('s3cmd');
  return {
    name: 's3cmd',
    pace: 'crawling',
    version,
    prepare({ home }, { endpoint, accessKeyId, secretAccessKey, region }) {
      const host = new URL(endpoint).host;
      const config = {
        access_key: accessKeyId,
        secret_key: secretAccessKey,
        host_base: host,
        host_bucket: host,
        bucket_location: region,
        use_https: 'False',
        signature_v2: 'False',
      };
      const lines = Object.entries(config).map(([name, value]) => `${name} = ${value}\n`);
      writeFileSync(join(home, '.s3cfg'), `[default]\n${lines.join('')}`);
    },
    command(act, { workspace, data, bucket, home }, server) {
      const [from, to] = direction(act, `${data}/`, `s3://${bucket}/bench/`);
      return {
        program,
        args: ['--config', join(home, '.s3cfg'), '--quiet', '--delete-removed', 'sync', from, to],
        cwd: workspace,
        env: { ...environment(server), HOME: home },
      };
    },
  };
}

/** The first program of that name that can say its version, which is the first line: a shim on PATH may be broken. */
function working(name: string): { program: string; version: string } {
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  for (const program of folders.map((folder) => join(folder, name))) {
    try {
      const said = execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      return { program, version: said.split('\n')[0]?.trim() ?? '' };
    } catch {
      // Not there, or broken: the next folder.
    }
  }
  throw new Error(`no working ${name} on this machine (Debian packages: awscli, rclone, s3cmd)`);
}
