import { parseRate } from '../core/config/rate.ts';
import { bad, ok, type Result } from '../core/errors.ts';

/** What stands after a command. `value` null: a switch; else the word for its value in help. */
export interface Flag<T> {
  readonly value: string | null;
  readonly help: string;
  /** The problem says what is allowed. */
  read(text: string): Result<T>;
}

const toggle = (help: string): Flag<true> => ({ value: null, help, read: () => ok(true) });

const text = (value: string, help: string): Flag<string> => ({
  value,
  help,
  read: (found) => (found === '' ? bad('it must not be empty') : ok(found)),
});

const choice = <const T extends string>(choices: readonly T[], help: string): Flag<T> => ({
  value: choices.join('|'),
  help,
  read(found) {
    const known = choices.find((candidate) => candidate === found);
    return known === undefined ? bad(`use one of ${choices.join(', ')}`) : ok(known);
  },
});

/** In milliseconds. */
const seconds = (least: number, help: string): Flag<number> => ({
  value: 'SECONDS',
  help,
  read(found) {
    const value = /^\d+(\.\d+)?$/.test(found) ? Number(found) : Number.NaN;
    return value >= least && value <= 86_400
      ? ok(Math.round(value * 1000))
      : bad(`use a number of seconds from ${least} to 86400`);
  },
});

/** In milliseconds: `90s`, `30m`, `1h30m`. */
const duration = (help: string): Flag<number> => ({
  value: 'TIME',
  help,
  read(found) {
    const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(found);
    const [hours, minutes, rest] = [parts?.[1], parts?.[2], parts?.[3]].map((part) => Number(part ?? 0));
    const ms = ((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (rest ?? 0)) * 1000;
    return ms > 0 && ms <= 7 * 86_400_000 ? ok(ms) : bad('use a time such as 90s, 30m or 1h30m, of at most 168h');
  },
});

/** Bytes a second; null: no limit. */
const rate = (help: string): Flag<number | null> => ({ value: 'RATE', help, read: parseRate });

const generation = (help: string): Flag<number> => ({
  value: 'GENERATION',
  help,
  read: (found) =>
    /^\d{1,10}$/.test(found) ? ok(Number(found)) : bad('use the generation that was named, a whole number'),
});

export const FLAGS = {
  cwd: text('DIR', 'work as if started in DIR'),
  datastore: text('URL', 's3://bucket/prefix?root=…, or filesystem:/path'),
  json: toggle('one JSON document on stdout'),
  'json-events': toggle('one JSON document a line on stdout, as things happen'),
  quiet: toggle('nothing on stderr but errors'),
  'no-color': toggle('no colours (as does NO_COLOR)'),
  'cpu-profile': text('FILE', 'write what the processor did to FILE, for a profiler'),
  timeout: seconds(0.1, 'give up after so long'),
  wait: seconds(0, 'wait so long for the lease of another (0: not at all)'),
  'max-upload': rate('send at most so many bytes a second (500k, 2M, 1G: 1024-fold; off)'),
  'max-download': rate('receive at most so many bytes a second'),
  'dry-run': toggle('print what would be done; change nothing'),
  out: text('FILE', 'keep the plan of --dry-run in FILE, for `datastore apply`'),
  'detailed-exitcode': toggle('with --dry-run: exit code 7 when there is something to do'),
  'on-conflict': choice(['hold', 'mine', 'theirs', 'both'], 'what to do with conflicts; hold leaves them alone'),
  'allow-mass-delete': toggle('let a plan pass that deletes most of one side'),
  'accept-remote': generation('take the remote as it is at GENERATION, after a veto named it'),
  for: duration('give it back after TIME (90s, 30m, 1h30m)'),
  force: toggle('take it from whoever holds it, named first'),
  list: toggle('what can be taken back, the latest first'),
  repair: toggle('put in order what a good side has'),
  bucket: text('BUCKET', 'the bucket that holds the shared copy'),
  prefix: text('PREFIX', 'below this in the bucket'),
  region: text('REGION', 'where the bucket lies, such as eu-central-1'),
  endpoint: text('URL', 'of a store other than AWS'),
  profile: text('NAME', 'an AWS profile'),
  root: text('DIR', 'the folder of this workspace that is shared'),
  path: text('PATH', 'the folder that is used in place'),
  'skip-migration': toggle('leave the files where they are now'),
  'delete-source': toggle('delete what was moved, in place of keeping it in a dated folder'),
  recursive: toggle('all files below, not only one level'),
  mine: toggle('the file here is right: it replaces theirs'),
  theirs: toggle('the file there is right: it replaces mine, which `datastore undo` brings back'),
  both: toggle('keep both: mine under another name, theirs in its place'),
  merged: toggle('the file here is the merged result'),
  help: toggle('this text'),
} satisfies Record<string, Flag<unknown>>;

export type FlagName = keyof typeof FLAGS;
export type Flags = { readonly [K in FlagName]?: (typeof FLAGS)[K] extends Flag<infer T> ? T : never };

export const isFlagName = (name: string): name is FlagName => Object.hasOwn(FLAGS, name);
