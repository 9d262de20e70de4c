import type { Draft, Step } from './draft.ts';

/** How one thing is asked for. */
export interface Question {
  readonly title: string;
  /** Below a box to type in; where there are rows to choose from, in the box. */
  readonly prompt: string;
  /** Of an empty box. */
  readonly example: string;
  readonly kind: 'text' | 'secret' | 'choice';
  /** Before what is typed where it stands for an answer of its own; null: only what is offered can be chosen. */
  readonly typed: { readonly label: string; readonly before: string } | null;
}

export type Asked = Exclude<Step, 'plan'>;

const text = (title: string, prompt: string, example: string): Question => ({
  title,
  prompt,
  example,
  kind: 'text',
  typed: null,
});

const choice = (title: string, prompt: string, typed: Question['typed']): Question => ({
  title,
  prompt,
  example: '',
  kind: 'choice',
  typed,
});

export const QUESTIONS: Readonly<Record<Asked, Question>> = {
  store: choice('Where shall the files be?', 'Where the shared copy is kept', null),
  endpoint: text('Address of the Store', 'Of the S3-compatible store, without the bucket.', 'https://s3.example.org'),
  bucket: choice('Bucket', 'Choose a bucket, or type its name', { label: 'Use the bucket', before: '' }),
  region: text(
    'Region',
    'The region of the bucket. Leave it empty to take the one of your environment, or the one that the store names.',
    'eu-central-1',
  ),
  prefix: text(
    'Prefix',
    'Everything lies below this name in the bucket. Leave it empty to use the whole bucket.',
    'my-project',
  ),
  path: text(
    'Folder',
    'Used in place; it may be a mounted one. A path of this machine, or one that begins in this workspace.',
    '/mnt/team/data',
  ),
  root: choice('Shared Folder', 'Which folder of this workspace is shared? Choose it, or type its path', {
    label: 'Share',
    before: '',
  }),
  credentials: choice('Credentials', 'Whose credentials? Choose, or type the name of an AWS profile', {
    label: 'Use the AWS profile',
    before: 'profile:',
  }),
  keyId: text('Access Key', 'The access key id.', 'AKIA…'),
  keySecret: {
    ...text('Secret Access Key', 'Kept in the secret storage of VS Code once all is set up, for this place alone.', ''),
    kind: 'secret',
  },
};

/** A row to choose. Null value: it says something, and cannot be chosen. */
export interface Row {
  readonly label: string;
  readonly description: string;
  readonly value: string | null;
  /** Shown whatever is typed. */
  readonly stays?: boolean;
}

export const STORES: readonly (Row & { readonly value: Draft['store'] })[] = [
  { label: '$(cloud) Amazon S3', description: 'a bucket at AWS', value: 'aws' },
  {
    label: '$(server) An S3-compatible store',
    description: 'MinIO, Ceph, R2, … by its address',
    value: 'compatible',
  },
  { label: '$(folder) A folder', description: 'on this machine or mounted, used in place', value: 'folder' },
];

/** What is offered, and last what was typed: as an answer of its own, or with what is wrong with it. */
export function choiceRows(
  question: Question,
  offered: readonly Row[],
  typed: string,
  problemOf: (value: string) => string | null,
): readonly Row[] {
  const name = typed.trim();
  const { typed: own } = question;
  if (own === null || name === '' || offered.some(({ value }) => value === own.before + name)) return offered;
  const problem = problemOf(own.before + name);
  const row: Row =
    problem === null
      ? { label: `$(edit) ${own.label} “${name}”`, description: '', value: own.before + name, stays: true }
      : { label: `$(warning) ${problem}`, description: '', value: null, stays: true };
  return [...offered, row];
}
