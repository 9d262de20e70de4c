import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { bundleForHost } from '../test/support/vscode-server/bundle-source.ts';
import { type HostReport, REPORT_VARIABLE } from '../test/vscode/harness.ts';

/* The in-host tests of test/vscode under the desktop VS Code that @vscode/test-electron downloads. Outside `npm test`. */
const project = fileURLToPath(new URL('..', import.meta.url));
const VERSION = '1.125.0';

const built = spawnSync(process.execPath, ['esbuild.mjs'], { cwd: project, stdio: 'inherit' });
if (built.status !== 0) process.exit(1);

let executable: string;
try {
  executable = await downloadAndUnzipVSCode(VERSION);
} catch (error) {
  process.stdout.write(
    `VS Code ${VERSION} could not be downloaded (${error instanceof Error ? error.message : String(error)}).\n`,
  );
  process.stdout.write('Nothing was tested. `npm test` runs the same tests in the VS Code server that npm carries.\n');
  process.exit(1);
}

const scratch = mkdtempSync(join(tmpdir(), 'datastore-electron-'));
const reportPath = join(scratch, 'report.json');
const entry = join(scratch, 'run.cjs');
writeFileSync(join(scratch, 'readme.txt'), 'a folder to open\n');
await bundleForHost(join(project, 'test/vscode/run.ts'), entry);
const code = await runTests({
  vscodeExecutablePath: executable,
  extensionDevelopmentPath: project,
  extensionTestsPath: entry,
  extensionTestsEnv: { [REPORT_VARIABLE]: reportPath },
  launchArgs: [scratch, '--disable-workspace-trust', '--user-data-dir', join(scratch, 'user')],
}).catch(() => 1);
const report = JSON.parse(readFileSync(reportPath, 'utf8')) as HostReport;
for (const test of report.tests) if (test.error !== undefined) process.stdout.write(`${test.name}: ${test.error}\n`);
process.stdout.write(`${report.passed} passed, ${report.failed} failed, ${report.skipped} skipped\n`);
process.exit(code);
