import { bad, ok, type Result } from '../errors.ts';
import { parseSyncPath } from '../paths/sync-path.ts';
import { list, record, type Scalar, scalar, shown } from './config-shape.ts';
import { parseRate } from './rate.ts';

/* What each field may be. Every rule says what was found and what is allowed. */

const text = (what: string, accept: (value: string) => Result<string>) =>
  scalar((value) => {
    if (typeof value !== 'string' || value === '') return bad(`${shown(value)} is not ${what}`);
    const result = accept(value);
    return result.ok
      ? result
      : bad(`${shown(value)} is not ${what}${result.problem === '' ? '' : `: ${result.problem}`}`);
  });

const matching = (what: string, accepted: RegExp, refused?: RegExp) =>
  text(what, (value) => (accepted.test(value) && refused?.test(value) !== true ? ok(value) : bad('')));

export const typeRule = scalar(
  (value): Result<'s3' | 'filesystem'> =>
    value === 's3' || value === 'filesystem' ? ok(value) : bad(`${shown(value)} is not a type (s3 or filesystem)`),
);

/** Source: Amazon S3 "Bucket naming rules" for general purpose buckets. */
export const bucketRule = matching(
  'a bucket name (3 to 63 characters: a-z, 0-9, . and -, first and last a letter or digit)',
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
  /\.\.|^\d{1,3}(\.\d{1,3}){3}$|^xn--|^sthree-|-s3alias$|--ol-s3$/,
);

/** Leading and trailing `/` are dropped. Empty is allowed: the whole bucket. */
export const prefixRule = scalar((value) => {
  if (value === null || value === '') return ok('');
  if (typeof value !== 'string') return bad(`${shown(value)} is not a prefix (write it in quotes)`);
  const prefix = value.replaceAll(/^\/+|\/+$/g, '');
  const segments = prefix.split('/');
  const clean = !hasControls(prefix) && !prefix.includes('\\') && prefix.length <= 256;
  const fine = prefix === '' || segments.every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  return clean && fine
    ? ok(prefix)
    : bad(
        `${shown(value)} is not a prefix (names with / between them; no empty name, "." or "..", no \\, at most 256 characters)`,
      );
});

export const regionRule = matching(
  'a region (such as eu-central-1: letters, digits and -)',
  /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/,
);

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/** Without a trailing `/`. Plain http carries contents in the clear, so it may not leave the machine. */
export const endpointRule = scalar((value) => {
  if (typeof value !== 'string') return bad(`${shown(value)} is not a URL (such as https://s3.example.org)`);
  const parts = /^(https?):\/\/([^/?#]*)(\/[^?#]*)?$/i.exec(value);
  const authority = parts?.[2] ?? '';
  if (value.includes('@'))
    return bad('a URL must not carry a user name or password (use "profile" or the AWS_ variables)');
  const host = authority.replace(/:\d{1,5}$/, '');
  if (parts === null || !/^([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/i.test(host) || !portIsValid(authority)) {
    return bad(`${shown(value)} is not a URL (such as https://s3.example.org; no query, no fragment)`);
  }
  if (parts[1]?.toLowerCase() === 'http' && !LOOPBACK.test(host)) {
    return bad(
      `${shown(value)} sends data in the clear: plain http is allowed to this machine only (localhost, 127.x.x.x, [::1]); use https`,
    );
  }
  return ok(value.replace(/\/+$/, ''));
});

const portIsValid = (authority: string): boolean => {
  const port = /:(\d+)$/.exec(authority.replace(/^\[[^\]]*\]/, ''))?.[1];
  return port === undefined || (Number(port) > 0 && Number(port) < 65_536);
};

export const profileRule = text('a profile name', (value) =>
  value.length <= 128 && !hasControls(value) && value.trim() === value && !/[[\]]/.test(value) ? ok(value) : bad(''),
);

export const booleanRule = scalar((value) =>
  typeof value === 'boolean' ? ok(value) : bad(`${shown(value)} is neither true nor false`),
);

export const pathRule = text('a folder', (value) => {
  if (hasControls(value)) return bad('it contains control characters');
  return WORKSPACE_FILE.test(value) ? bad(NO_PLACE) : ok(value);
});

const WORKSPACE_FILE = /(?:^|[/\\])(?:\.datastore\.yaml|\.swamp\.yaml|\.gitignore|\.git)(?:[/\\]|$)/i;
const NO_PLACE = 'a file of the workspace, or of git, has this name';

/** A folder (or file) below another, `/` between segments; `./a` and `a/` are taken as `a`. */
const folder = (what: string, noun = 'folder', taken: RegExp = /^$/) =>
  text(what, (value) => {
    const clean = value.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
    if (value.startsWith('/') || value.startsWith('~') || /^[A-Za-z]:/.test(value)) return bad('it must be relative');
    if (clean === '' || clean === '.') return bad(`name a ${noun}, not the whole`);
    if (clean.split('/').includes('..')) return bad('it must not lead outside with ".."');
    return taken.test(clean) ? bad(NO_PLACE) : parseSyncPath(clean);
  });

export const rootRule = folder('a folder inside the workspace', 'folder', WORKSPACE_FILE);

export const directoriesRule = list(
  folder('a folder below root'),
  'an empty list would share nothing: remove it to share all of root',
);

/** Exact paths, no patterns: whoever shares a key file says so of this one. */
export const allowRule = list(folder('a file below root', 'file'), null);

export const excludeRule = list(
  text('a gitignore rule', (value) => (hasControls(value) || value.trim() === '' ? bad('') : ok(value))),
  null,
);

/** Read as milliseconds. */
export const seconds = (least: number, most: number) =>
  scalar((value) =>
    typeof value === 'number' && value >= least && value <= most
      ? ok(Math.round(value * 1000))
      : bad(`${shown(value)} is not a number of seconds from ${least} to ${most}`),
  );

/** Values in milliseconds. */
export const lockRule = record({ ttlSeconds: seconds(1, 3600), waitSeconds: seconds(0, 86_400) });

const count = (least: number, most: number) =>
  scalar((value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? ok(value)
      : bad(`${shown(value)} is not a whole number from ${least} to ${most}`),
  );

export const historyRule = record({
  keepCommits: count(1, 1_000_000),
  keepDays: count(0, 36_500),
  collect: booleanRule,
});

export const encryptionRule = record({
  mode: scalar(
    (value): Result<'sse-s3' | 'sse-kms'> =>
      value === 'sse-s3' || value === 'sse-kms' ? ok(value) : bad(`${shown(value)} is not a mode (sse-s3 or sse-kms)`),
  ),
  keyId: matching('a KMS key (its id, alias or ARN)', /^[A-Za-z0-9:/_-]{1,2048}$/),
});

export const anyText = scalar((value: Scalar) =>
  typeof value === 'string' ? ok(value) : bad(`${shown(value)} is not a text`),
);

/** Bytes a second; null: no limit. */
export const rateRule = scalar((value: Scalar) => parseRate(typeof value === 'string' ? value : String(value)));

const hasControls = (value: string): boolean => /\p{Cc}/u.test(value);
