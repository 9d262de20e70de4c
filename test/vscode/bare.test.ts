import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type HostRun, runHostTests } from '../support/vscode-server/host-tests.ts';
import type { VsCodeServer } from '../support/vscode-server/install.ts';
import { describeRun } from './host-run.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

await describeRun('nothing is set up', runBare);

async function runBare(installed: VsCodeServer): Promise<HostRun> {
  const folder = await mkdtemp(join(tmpdir(), 'datastore-host-'));
  try {
    await writeFile(join(folder, 'readme.txt'), 'a folder to open\n');
    return await runHostTests(installed, {
      entry: join(project, 'test/vscode/run.ts'),
      extensionDevelopmentPath: project,
      folder,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
