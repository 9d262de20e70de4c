import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HostReport, REPORT_VARIABLE } from '../../vscode/harness.ts';
import { launchBrowser, openPage } from './browser.ts';
import { bundleForHost } from './bundle-source.ts';
import { errorsIn } from './host-logs.ts';
import type { VsCodeServer } from './install.ts';
import type { PageOptions } from './page-url.ts';
import { type RunningServer, type StartOptions, startVsCodeServer } from './server.ts';
import { FEW_BUILT_IN } from './settings.ts';

export type HostTestOptions = Pick<StartOptions, 'env' | 'settings' | 'trust'> &
  Pick<PageOptions, 'folder' | 'workspaceFile' | 'extensionDevelopmentPath'> & {
    /** A TypeScript module that exports `run()`, which calls runSuites of test/vscode/harness.ts; absolute. */
    readonly entry: string;
    /** A packed extension, to test what users install instead of the folder of extensionDevelopmentPath. */
    readonly vsix?: string;
    /** For the whole run (default 5 minutes). */
    readonly timeoutMs?: number;
  };

export type HostRun = {
  readonly report: HostReport;
  /** Errors in the extension host's log, for the message of a failing test. */
  readonly hostErrors: string;
  readonly consoleErrors: readonly string[];
};

/**
 * Runs a test module inside a real extension host: a server of its own, and a headless window on it. Failing tests are
 * in the report; it throws, with the host's log, when the module did not come to its end.
 */
export async function runHostTests(installed: VsCodeServer, options: HostTestOptions): Promise<HostRun> {
  const scratch = await realpath(await mkdtemp(join(tmpdir(), 'datastore-host-tests-')));
  const reportPath = join(scratch, 'report.json');
  const extensionTestsPath = join(scratch, 'run.cjs');
  try {
    const mapStack = await bundleForHost(options.entry, extensionTestsPath);
    const { trust, settings, env } = options;
    const server = await startVsCodeServer(installed, {
      ...(trust === undefined ? {} : { trust }),
      ...(settings === undefined ? {} : { settings }),
      builtIn: FEW_BUILT_IN,
      env: { ...env, [REPORT_VARIABLE]: reportPath },
    });
    try {
      if (options.vsix !== undefined) await server.installVsix(options.vsix);
      const extensionDevelopmentPath = options.extensionDevelopmentPath ?? (await emptyExtension(scratch));
      const page = { ...options, extensionDevelopmentPath, extensionTestsPath };
      const run = await drive(server, page, reportPath, options.timeoutMs ?? 300_000);
      const tests = run.report.tests.map((test) =>
        test.error === undefined ? test : { ...test, error: mapStack(test.error) },
      );
      return { ...run, report: { ...run.report, tests } };
    } finally {
      await server.stop();
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** VS Code runs tests only in a window that develops an extension, also when the one to test is installed. */
async function emptyExtension(scratch: string): Promise<string> {
  const folder = join(scratch, 'empty-extension');
  const manifest = { name: 'empty', publisher: 'test', version: '0.0.0', engines: { vscode: '*' } };
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  return folder;
}

async function drive(
  server: RunningServer,
  page: PageOptions,
  reportPath: string,
  timeoutMs: number,
): Promise<HostRun> {
  const browser = await launchBrowser();
  let exited: number | undefined;
  try {
    const { errors } = await openPage(browser, server.pageUrl(page), async (window) => {
      // The workbench calls this when run() has settled.
      await window.exposeFunction('codeAutomationExit', (code: number) => {
        exited = code;
      });
    });
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const ended = exited !== undefined || performance.now() > deadline;
      const report = await readReport(reportPath);
      const hostErrors = errorsIn(await server.hostLogs()).join('\n');
      if (report?.complete === true) return { report, hostErrors, consoleErrors: errors };
      if (ended) {
        const done = report === undefined ? 'no test ran' : `the last test to end was ${report.tests.at(-1)?.name}`;
        const why =
          exited === undefined ? `time was up after ${timeoutMs} ms` : `run() ended early (exit code ${exited})`;
        const page = errors.map((error) => error.split('\n')[0]).join('\n');
        throw new Error(`${why}; ${done}\nextension host log:\n${hostErrors}\npage:\n${page}`);
      }
      await sleep(200);
    }
  } finally {
    await browser.close();
  }
}

async function readReport(path: string): Promise<HostReport | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const report: HostReport = JSON.parse(text);
  return report;
}
