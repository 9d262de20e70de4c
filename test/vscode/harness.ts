import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Tests are values, so that a suite can be made from a table with `.map` and run.ts says which suites there are. */
export type Suite = { readonly name: string; readonly tests: readonly Test[] };
export type Test = {
  readonly name: string;
  readonly body: () => void | Promise<void>;
  readonly timeoutMs: number;
  /** Why it does not run here; absent for a test that runs. */
  readonly skip?: string;
};

export type TestResult = {
  /** `suite > test`. */
  readonly name: string;
  readonly ms: number;
  /** With its stack; absent when it passed or was skipped. */
  readonly error?: string;
  readonly skipped?: string;
};
export type HostReport = {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly tests: readonly TestResult[];
  /** False in the reports written on the way, which show where a host died. */
  readonly complete: boolean;
};

/** Where runSuites writes its report: the absolute path in this environment variable. */
export const REPORT_VARIABLE = 'DATASTORE_HOST_REPORT';

export function describe(name: string, tests: readonly Test[]): Suite {
  return { name, tests };
}

export function it(
  name: string,
  body: Test['body'],
  options: { readonly timeoutMs?: number; readonly skip?: string } = {},
): Test {
  return {
    name,
    body,
    timeoutMs: options.timeoutMs ?? 20_000,
    ...(options.skip === undefined ? {} : { skip: options.skip }),
  };
}

/**
 * Runs the suites one test after the other inside the extension host, where no other runner can run, and keeps the
 * report file current after each. A test that times out is failed and left behind.
 */
export async function runSuites(
  suites: readonly Suite[],
  reportPath: string | undefined = process.env[REPORT_VARIABLE],
): Promise<HostReport> {
  const results: TestResult[] = [];
  const save = async (complete: boolean): Promise<HostReport> => {
    const report = summarise(results, complete);
    if (reportPath !== undefined) await writeReport(reportPath, report);
    return report;
  };
  for (const suite of suites) {
    for (const test of suite.tests) {
      results.push(await runTest(`${suite.name} > ${test.name}`, test));
      await save(false);
    }
  }
  return save(true);
}

async function runTest(name: string, test: Test): Promise<TestResult> {
  if (test.skip !== undefined) return { name, ms: 0, skipped: test.skip };
  const started = performance.now();
  const ms = (): number => Math.round(performance.now() - started);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no result after ${test.timeoutMs} ms`));
    }, test.timeoutMs);
  });
  try {
    await Promise.race([(async () => test.body())(), late]);
    return { name, ms: ms() };
  } catch (error) {
    return { name, ms: ms(), error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

function summarise(tests: readonly TestResult[], complete: boolean): HostReport {
  const skipped = tests.filter((test) => test.skipped !== undefined).length;
  const failed = tests.filter((test) => test.error !== undefined).length;
  return { passed: tests.length - failed - skipped, failed, skipped, tests: [...tests], complete };
}

/** By rename, because the reader polls. */
async function writeReport(path: string, report: HostReport): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify(report, null, 2));
  await rename(`${path}.new`, path);
}
