import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openRig } from '../cli/harness.ts';
import { ensureChromium } from '../support/vscode-server/chromium.ts';
import { type HostRun, runHostTests } from '../support/vscode-server/host-tests.ts';
import { ensureVsCodeServer, type VsCodeServer } from '../support/vscode-server/install.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));

/** Runs it in an extension host, and tells its tests; where there can be no host they are left out, with the reason, or fail in CI. */
export async function describeRun(name: string, start: (installed: VsCodeServer) => Promise<HostRun>): Promise<void> {
  const server = await ensureVsCodeServer();
  const chromium = await ensureChromium();
  if ('unavailable' in server) return leaveOut(server.unavailable);
  if ('unavailable' in chromium) return leaveOut(chromium.unavailable);
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

function leaveOut(missing: string): void {
  process.stderr.write(`left out: the extension host tests: ${missing}\n`);
  if (process.env['CI'] === 'true')
    it('a real VS Code is there', () => {
      expect.fail(missing);
    });
  else it.skip(`the extension host tests: ${missing}`);
}

/** A module of tests on a workspace on S3; the environment names a second workspace and the command line. */
export async function runOnS3(installed: VsCodeServer, entry: string): Promise<HostRun> {
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
      entry: join(project, entry),
      extensionDevelopmentPath: project,
      folder,
      env,
    });
  } finally {
    await rig.close();
  }
}
