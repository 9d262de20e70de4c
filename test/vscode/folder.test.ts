import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type HostRun, runHostTests } from '../support/vscode-server/host-tests.ts';
import type { VsCodeServer } from '../support/vscode-server/install.ts';
import { describeRun } from './host-run.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

await describeRun('a folder used in place', runFolder);

async function runFolder(installed: VsCodeServer): Promise<HostRun> {
  const top = await mkdtemp(join(tmpdir(), 'datastore-host-'));
  try {
    const [shared, folder, other] = [join(top, 'shared'), join(top, 'one'), join(top, 'other')];
    await mkdir(join(shared, 'sub'), { recursive: true });
    await writeFile(join(shared, 'x.txt'), 'X');
    await writeFile(join(shared, 'sub', 'y.txt'), 'YY');
    for (const workspace of [folder, other]) {
      await mkdir(workspace);
      await writeFile(join(workspace, '.datastore.yaml'), `type: filesystem\npath: ${shared}\n`);
    }
    const env = {
      XDG_STATE_HOME: join(top, 'state'),
      DATASTORE_TEST_SHARED: shared,
      DATASTORE_TEST_OTHER: other,
      DATASTORE_TEST_NODE: process.execPath,
      DATASTORE_TEST_CLI: join(project, 'dist/cli.js'),
    };
    return await runHostTests(installed, {
      entry: join(project, 'test/vscode/run-folder.ts'),
      extensionDevelopmentPath: project,
      folder,
      env,
    });
  } finally {
    await rm(top, { recursive: true, force: true });
  }
}
