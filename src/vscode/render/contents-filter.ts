import { counted, inSentence, numberText, t } from '../l10n.ts';
import type { ListedFile, Mark } from './contents-index.ts';

/** What of the contents is shown. Both parts hold together. */
export interface ContentsFilter {
  /** A part of the path, whatever its case; empty: any. */
  readonly name: string;
  /** Empty: any. */
  readonly states: readonly StateFilter[];
}

export type StateFilter = 'in-step' | 'push' | 'pull' | 'conflict' | 'held' | 'excluded';

/** What a person may ask for, in the order of the list. */
export const stateFilters = (): readonly {
  readonly state: StateFilter;
  readonly label: string;
  readonly icon: string;
}[] => [
  { state: 'push', label: t('To Push'), icon: 'arrow-up' },
  { state: 'pull', label: t('To Pull'), icon: 'arrow-down' },
  { state: 'conflict', label: t('In Conflict'), icon: 'warning' },
  { state: 'held', label: t('Held Back'), icon: 'shield' },
  { state: 'in-step', label: t('In Step'), icon: 'check' },
  { state: 'excluded', label: t('Excluded'), icon: 'circle-slash' },
];

const STATES: Readonly<Partial<Record<Mark, StateFilter>>> = {
  'in-step': 'in-step',
  upload: 'push',
  'delete-remote': 'push',
  download: 'pull',
  'delete-local': 'pull',
  'keep-both': 'pull',
  conflict: 'conflict',
  held: 'held',
  excluded: 'excluded',
};

export function keepsFile({ name, states }: ContentsFilter): (file: ListedFile) => boolean {
  const part = name.toLowerCase();
  const wanted = new Set(states);
  return ({ path, mark }) => {
    const state = STATES[mark];
    const isAsked = wanted.size === 0 || (state !== undefined && wanted.has(state));
    return isAsked && (part === '' || path.toLowerCase().includes(part));
  };
}

/** Whether paths are to be shown that are here and not in the datastore. */
export const asksForExcluded = (filter: ContentsFilter | null): filter is ContentsFilter =>
  filter?.states.includes('excluded') ?? false;

/** What the view says above its rows. `all` is how many files there are; null where more than those of the datastore are shown. */
export function filterText(filter: ContentsFilter, shown: number, all: number | null): string {
  const words = wordsOf(filter);
  if (all === null) return t('Only {0}: {1}.', words, counted(shown, '{0} file or folder', '{0} files and folders'));
  return t(
    'Only {0}: {1} of {2}.',
    words,
    shown === 0 ? t('none') : numberText(shown),
    counted(all, '{0} file', '{0} files'),
  );
}

/** The same where nobody knows how many files there are. */
export const onlyText = (filter: ContentsFilter): string => t('Only {0}.', wordsOf(filter));

function wordsOf({ name, states }: ContentsFilter): string {
  const asked = stateFilters()
    .filter(({ state }) => states.includes(state))
    .map(({ label }) => inSentence(label));
  return [name === '' ? '' : `“${name}”`, asked.join(t(' or '))].filter(Boolean).join(', ');
}
