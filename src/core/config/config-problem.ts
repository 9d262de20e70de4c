/** Something in the configuration that must change before anything can be done. */
export interface ConfigProblem {
  readonly kind: 'config' | 'not-set-up';
  /** The layer it was found in: a file name, a variable, a flag, a setting. */
  readonly source: string;
  /** Counted from 1; null outside files, and for what is missing. */
  readonly line: number | null;
  /** Dotted, as in `lock.ttlSeconds`; null for the whole. */
  readonly field: string | null;
  /** What was found and what is allowed; never the value of a secret. */
  readonly message: string;
}

/** `.datastore.yaml:4: bucket: "My_Bucket" is not a bucket name (…)` */
export function configProblemText(problem: ConfigProblem): string {
  const place = problem.line === null ? problem.source : `${problem.source}:${problem.line}`;
  return problem.field === null ? `${place}: ${problem.message}` : `${place}: ${problem.field}: ${problem.message}`;
}
