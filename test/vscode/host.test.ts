import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openRig } from '../cli/harness.ts';
import { ensureChromium } from '../support/vscode-server/chromium.ts';
import { type HostRun, runHostTests } from '../support/vscode-server/host-tests.ts';
import { ensureVsCodeServer, type VsCodeServer } from '../support/vscode-server/install.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

const server = await ensureVsCodeServer();
const chromium = await ensureChromium();
const missing =
  'unavailable' in server ? server.unavailable : 'unavailable' in chromium ? chromium.unavailable : undefined;

if ('unavailable' in server || missing !== undefined) {
  process.stderr.write(`left out: the extension host tests: ${missing}\n`);
  if (process.env['CI'] === 'true')
    it('a real VS Code is there', () => {
      expect.fail(missing);
    });
  else it.skip(`the extension host tests: ${missing}`);
} else {
  for (const [name, start] of Object.entries({
    'nothing is set up': runBare,
    'a workspace on S3': runSynced,
    'a folder used in place': runFolder,
  })) {
    const run = await start(server);
    describe(`in the extension host, ${name}`, () => {
      it('there are tests', () => {
        expect(run.report.passed + run.report.failed).toBeGreaterThan(0);
      });
      for (const test of run.report.tests) {
        if (test.skipped !== undefined) it.skip(`${test.name} (${test.skipped})`);
        else
          it(test.name, ({ task }) => {
            Object.assign(task.meta, { ms: test.ms });
            if (test.error !== undefined) throw new Error(`${test.error}\n\nextension host log:\n${run.hostErrors}`);
          });
      }
    });
  }
}

async function runBare(installed: VsCodeServer): Promise<HostRun> {
  build();
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

async function runSynced(installed: VsCodeServer): Promise<HostRun> {
  const rig = await openRig();
  try {
    const folder = await rig.workspace('shared', { 'notes.txt': 'base\n' });
    const env = {
      XDG_STATE_HOME: join(rig.folder, 'state'),
      AWS_ACCESS_KEY_ID: rig.server.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: rig.server.credentials.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
      DATASTORE_TEST_OTHER: await rig.workspace('shared', { 'README.txt': 'of the other\n' }),
      DATASTORE_TEST_NODE: process.execPath,
      DATASTORE_TEST_CLI: join(project, 'dist/cli.js'),
    };
    return await runHostTests(installed, {
      entry: join(project, 'test/vscode/run-synced.ts'),
      extensionDevelopmentPath: project,
      folder,
      env,
    });
  } finally {
    await rig.close();
  }
}

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

/** The tests load the extension as it is built. */
function build(): void {
  const built = spawnSync(process.execPath, ['esbuild.mjs', 'extension'], { cwd: project, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stderr);
}
