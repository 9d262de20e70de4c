import { t } from '../l10n.ts';
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
  store: choice(t('Where shall the files be?'), t('Where the shared copy is kept'), null),
  endpoint: text(
    t('Address of the Store'),
    t('Of the S3-compatible store, without the bucket.'),
    'https://s3.example.org',
  ),
  bucket: choice(t('Bucket'), t('Choose a bucket, or type its name'), { label: t('Use the bucket'), before: '' }),
  region: text(
    t('Region'),
    t('The region of the bucket. Leave it empty to take the one of your environment, or the one that the store names.'),
    'eu-central-1',
  ),
  prefix: text(
    t('Prefix'),
    t('Everything lies below this name in the bucket. Leave it empty to use the whole bucket.'),
    'my-project',
  ),
  path: text(
    t('Folder'),
    t('Used in place; it may be a mounted one. A path of this machine, or one that begins in this workspace.'),
    '/mnt/team/data',
  ),
  root: choice(t('Shared Folder'), t('Which folder of this workspace is shared? Choose it, or type its path'), {
    label: t('Share'),
    before: '',
  }),
  credentials: choice(t('Credentials'), t('Whose credentials? Choose, or type the name of an AWS profile'), {
    label: t('Use the AWS profile'),
    before: 'profile:',
  }),
  keyId: text(t('Access Key'), t('The access key id.'), 'AKIA…'),
  keySecret: {
    ...text(
      t('Secret Access Key'),
      t('Kept in the secret storage of VS Code once all is set up, for this place alone.'),
      '',
    ),
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
  { label: '$(cloud) Amazon S3', description: t('a bucket at AWS'), value: 'aws' },
  {
    label: t('$(server) An S3-compatible store'),
    description: t('MinIO, Ceph, R2, … by its address'),
    value: 'compatible',
  },
  { label: t('$(folder) A folder'), description: t('on this machine or mounted, used in place'), value: 'folder' },
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
