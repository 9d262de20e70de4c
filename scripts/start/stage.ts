import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type S3Server, startS3Server } from '../../test/support/s3-server/server.ts';
import { writeSampleFiles } from './sample-files.ts';

/** A dev S3 server and two workspaces of one team, made anew at every start. */
export interface Stage {
  readonly server: S3Server;
  readonly folder: string;
  readonly alice: string;
  readonly bob: string;
  /** For VS Code and the CLI: keys of the dev server, and a state folder of its own. */
  readonly env: Readonly<Record<string, string>>;
  readonly files: number;
}

const BUCKET = 'team-data';

/** `folder` is ours alone and is emptied first. */
export async function setStage(folder: string, ttlSeconds: number): Promise<Stage> {
  rmSync(folder, { recursive: true, force: true });
  const server = await startS3Server({ buckets: [BUCKET] });
  const [alice, bob] = [join(folder, 'alice'), join(folder, 'bob')] as const;
  for (const workspace of [alice, bob]) {
    mkdirSync(join(workspace, '.vscode'), { recursive: true });
    writeFileSync(join(workspace, '.datastore.yaml'), configuration(server, ttlSeconds));
    writeFileSync(join(workspace, '.gitignore'), 'data/\n');
    writeFileSync(
      join(workspace, 'README.md'),
      '# A sample workspace\n\nThe folder `data/` is shared through the dev S3 server.\n',
    );
  }
  const files = writeSampleFiles(join(alice, 'data'), Date.now());
  const env = {
    AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
    XDG_STATE_HOME: join(folder, 'state'),
  };
  // The keys of a server that lives on loopback as long as this program does.
  writeFileSync(
    join(folder, 'env'),
    Object.entries(env)
      .map(([name, value]) => `export ${name}='${value}'\n`)
      .join(''),
    { mode: 0o600 },
  );
  return { server, folder, alice, bob, env, files };
}

const configuration = (server: S3Server, ttlSeconds: number): string => `# Shared by the team, in git
type: s3
root: data
bucket: ${BUCKET}
prefix: sample
region: ${server.region}
endpoint: ${server.endpoint}
forcePathStyle: true
exclude: ["*.tmp"]
lock: { ttlSeconds: ${ttlSeconds}, waitSeconds: 10 }
`;
