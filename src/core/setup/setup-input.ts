import type { Config } from '../config/config.ts';
import type { ConfigProblem } from '../config/config-problem.ts';
import {
  bucketRule,
  endpointRule,
  pathRule,
  prefixRule,
  profileRule,
  regionRule,
  rootRule,
} from '../config/config-rules.ts';
import { bad, ok, type Result } from '../errors.ts';

const RULES = {
  bucket: bucketRule,
  prefix: prefixRule,
  region: regionRule,
  endpoint: endpointRule,
  profile: profileRule,
  root: rootRule,
  path: pathRule,
};

export type SetupField = keyof typeof RULES;

/** One input as a person types it, by the rule that the configuration has for it. The problem says what is allowed. */
export function readSetupField(field: SetupField, text: string): Result<string> {
  const problems: string[] = [];
  const value = RULES[field]({ kind: 'scalar', value: text, line: null }, field, (_line, _field, problem) =>
    problems.push(problem),
  );
  return value === undefined ? bad(problems.join('; ')) : ok(value);
}

/** What a person names of the place where the files shall be; checked field by field. */
export type SetupInput =
  | {
      readonly type: 's3';
      readonly bucket: string;
      readonly prefix?: string | undefined;
      readonly region?: string | undefined;
      readonly endpoint?: string | undefined;
      readonly profile?: string | undefined;
      /** Relative to the workspace; else that of the present configuration, or its folder, or `data`. */
      readonly root?: string | undefined;
    }
  /** Absolute, or below the home folder with `~/`. */
  | { readonly type: 'filesystem'; readonly path: string };

/** The input as a datastore URL, which every layer of the configuration reads in one way. Problems by field. */
export function setupUrl(input: SetupInput, from: Config | null): Result<string, readonly SetupProblem[]> {
  const problems: SetupProblem[] = [];
  const read = (field: SetupField, text: string | undefined): string => {
    if (text === undefined) return '';
    const result = readSetupField(field, text);
    if (result.ok) return result.value;
    problems.push({ field, message: result.problem });
    return '';
  };
  if (input.type === 'filesystem') {
    const path = read('path', input.path);
    return problems.length > 0 ? bad(problems) : ok(`filesystem:${path}`);
  }
  const root = read('root', input.root ?? (from?.root || 'data'));
  const bucket = read('bucket', input.bucket);
  const prefix = read('prefix', input.prefix).split('/').map(encodeURIComponent).join('/');
  const query = (['region', 'endpoint', 'profile'] as const).flatMap((field) => {
    const value = read(field, input[field]);
    return value === '' ? [] : [`${field}=${encodeURIComponent(value)}`];
  });
  if (problems.length > 0) return bad(problems);
  return ok(`s3://${bucket}/${prefix}?${[`root=${encodeURIComponent(root)}`, ...query].join('&')}`);
}

/** Whether nothing is wrong with a configuration but that it names no datastore: that is what a set-up is for. */
export const namesNone = (problems: readonly ConfigProblem[]): boolean =>
  problems.every(({ kind, field, line }) => kind === 'not-set-up' || (field === 'type' && line === null));

export interface SetupProblem {
  readonly field: SetupField;
  readonly message: string;
}
