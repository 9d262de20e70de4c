import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take long, longest first: whoever begins one of them last is waited for by all. */
const LONG = [
  'set-up',
  'conflict',
  'states',
  'preview',
  'contents',
  'synced',
  'crash-points',
  'torture',
  'recoveries',
  'killed',
  'two-workspaces',
  'bad-stores',
  'setup-source',
  'migration',
  'many-files',
  'memory',
  'setup-died',
];

/** The order of test files, the same on every machine, with or without a cache of their times. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

const rank = ({ moduleId }: TestSpecification): number => {
  const at = LONG.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return at < 0 ? LONG.length : at;
};
