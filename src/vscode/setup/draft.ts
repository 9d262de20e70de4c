import type { Config } from '../../core/config/config.ts';
import type { SetupInput } from '../../core/setup/setup-input.ts';
import type { AccessKeys } from '../host.ts';

/** What a person has answered so far, each as it was typed; empty: not named. */
export interface Draft {
  readonly store: 'aws' | 'compatible' | 'folder';
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly prefix: string;
  /** Absolute, or relative to the workspace. */
  readonly path: string;
  readonly root: string;
  /** `chain`, `keys`, or `profile:NAME`. */
  readonly credentials: string;
  readonly keyId: string;
  readonly keySecret: string;
  /** `delete`: bring them, and delete the folder they were in once all is verified; else it is kept under a dated name. */
  readonly files: 'bring' | 'delete' | 'leave';
}

/** The questions of a set-up, in their order, for what was answered so far. */
export function stepsOf({ store, credentials }: Draft): readonly Step[] {
  if (store === 'folder') return ['store', 'path', 'plan'];
  return [
    'store',
    ...(store === 'compatible' ? (['endpoint'] as const) : []),
    'bucket',
    'region',
    'prefix',
    'root',
    'credentials',
    ...(credentials === 'keys' ? (['keyId', 'keySecret'] as const) : []),
    'plan',
  ];
}

export type Step = Exclude<keyof Draft, 'files'> | 'plan';

/** What is asked first has the answers that are in use now. */
export function draftFrom(config: Config | null): Draft {
  const none: Draft = {
    store: 'aws',
    endpoint: '',
    bucket: '',
    region: '',
    prefix: '',
    path: '',
    root: config?.root || 'data',
    credentials: 'chain',
    keyId: '',
    keySecret: '',
    files: 'bring',
  };
  if (config?.backend.type !== 's3') return none;
  const { endpoint, region, prefix, profile } = config.backend;
  return {
    ...none,
    store: endpoint === undefined ? 'aws' : 'compatible',
    endpoint: endpoint ?? '',
    region,
    prefix,
    credentials: profile === undefined ? 'chain' : `${PROFILE}${profile}`,
  };
}

export const PROFILE = 'profile:';

/** As the command line would be told. `absolute` makes a path of the workspace one of the machine. */
export function inputOf(draft: Draft, absolute: (path: string) => string): SetupInput {
  if (draft.store === 'folder') return { type: 'filesystem', path: absolute(draft.path.trim()) };
  const { endpoint, bucket, region, prefix, root } = draft;
  const named = (text: string): string | undefined => (text.trim() === '' ? undefined : text.trim());
  return {
    type: 's3',
    bucket: bucket.trim(),
    prefix: named(prefix),
    region: named(region),
    endpoint: draft.store === 'compatible' ? named(endpoint) : undefined,
    profile: profileOf(draft),
    root: named(root),
  };
}

export const profileOf = ({ credentials }: Pick<Draft, 'credentials'>): string | undefined =>
  credentials.startsWith(PROFILE) ? credentials.slice(PROFILE.length).trim() : undefined;

/** The keys that were typed; undefined: the AWS chain or a profile has them. */
export const keysOf = ({ credentials, keyId, keySecret }: Draft): AccessKeys | undefined =>
  credentials === 'keys' ? { accessKeyId: keyId.trim(), secretAccessKey: keySecret.trim() } : undefined;
