import { readFileSync } from 'node:fs';

export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** One test file, as vitest's JSON report tells it. */
export interface FileResult extends Count {
  readonly path: string;
  /** Full names of the tests that failed; none where the file itself could not be loaded or tidied up after. */
  readonly failures: readonly string[];
  /** Whether anything in it failed. */
  readonly bad: boolean;
}

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** By file; nothing at all where there is no report. */
export function readReport(path: string): readonly FileResult[] {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch {
    return [];
  }
  return report.testResults.map(({ name, status, assertionResults: tests }) => {
    const passed = tests.filter((test) => test.status === 'passed').length;
    const failures = tests.filter((test) => test.status === 'failed').map(({ fullName }) => fullName);
    const skipped = tests.length - passed - failures.length;
    return { path: name, passed, failed: failures.length, skipped, failures, bad: status === 'failed' };
  });
}

export function countOf(files: readonly FileResult[]): Count {
  const sum = (key: keyof Count) => files.reduce((total, file) => total + file[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

/** The files of a first run, those that were run again as they were then. */
export function afterAgain(first: readonly FileResult[], again: readonly FileResult[]): readonly FileResult[] {
  const newer = new Map(again.map((file) => [file.path, file]));
  return first.map((file) => newer.get(file.path) ?? file);
}
