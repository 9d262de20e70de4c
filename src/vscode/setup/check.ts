import { readSetupField, type SetupField } from '../../core/setup/setup-input.ts';
import { said, t } from '../l10n.ts';
import { PROFILE } from './draft.ts';
import type { Asked } from './questions.ts';

/** What is wrong with an answer as it is typed, by the rule of the configuration; null: nothing. */
export function problemOf(step: Asked, text: string): string | null {
  const value = text.trim();
  if (value === '') return OPTIONAL.has(step) ? null : NEEDED[step];
  switch (step) {
    case 'store':
    case 'keyId':
    case 'keySecret':
      return null;
    case 'credentials':
      return text.startsWith(PROFILE) ? ruled('profile', text.slice(PROFILE.length).trim()) : null;
    default:
      return ruled(step, value);
  }
}

function ruled(field: SetupField, value: string): string | null {
  const read = readSetupField(field, value);
  return read.ok ? null : said(read.problem);
}

const OPTIONAL: ReadonlySet<Asked> = new Set<Asked>(['region', 'prefix']);

const NEEDED: Readonly<Record<Asked, string>> = {
  store: '',
  endpoint: t('The address of the store is needed, such as https://s3.example.org.'),
  bucket: t('The name of a bucket is needed.'),
  region: '',
  prefix: '',
  path: t('A folder is needed.'),
  root: t('A folder of this workspace is needed.'),
  credentials: t('The name of a profile is needed.'),
  keyId: t('The access key id is needed.'),
  keySecret: t('The secret access key is needed.'),
};
