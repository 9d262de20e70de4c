import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Contender, direction, environment } from './contender.ts';

const NAME = 's3-sync-client';
const program = fileURLToPath(new URL('s3-sync-client-program.ts', import.meta.url));

/** The npm package of that name, which is a library: a program of ours calls it. */
export function s3SyncClient(): Contender {
  const entry = createRequire(import.meta.url).resolve(NAME);
  const { version } = JSON.parse(readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  return {
    name: NAME,
    pace: 'middling',
    version: `${version}, 64 transfers, on Node ${process.versions.node}`,
    prepare: () => undefined,
    command(act, { workspace, data, bucket, home }, server) {
      const words = direction(act, data, `s3://${bucket}/bench`);
      return {
        program: process.execPath,
        args: [program, server.endpoint, ...words],
        cwd: workspace,
        env: { ...environment(server), HOME: home },
      };
    },
  };
}
