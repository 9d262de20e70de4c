import type { Config } from '../../core/config/config.ts';
import { bytesText } from '../../core/quantities.ts';
import type { SetupReport } from '../../engine/setup/setup.ts';
import type { SetupFailure } from '../../engine/setup/setup-failure.ts';
import { counted, said, t } from '../l10n.ts';
import { placeText } from '../render/place-text.ts';

/** What a set-up came to, in a sentence or two. `place` as people name it. */
export function outcomeText(name: string, place: string, { files, bytes, notes, done }: SetupReport): string {
  const what = files === 0 ? '' : `: ${counted(files, '{0} file', '{0} files')}, ${bytesText(bytes)}`;
  const written = done.some(({ kind }) => kind === 'ignore')
    ? t('{0} and {1}', '.datastore.yaml', '.gitignore')
    : '.datastore.yaml';
  const text = t('“{0}” is set up with {1}. Commit {2}, and your team has it too.', name, `${place}${what}`, written);
  return [text, ...notes.map(said)].join(' ');
}

/** What counts in this window in place of what was set up. A variable that hides it is told by the notes of the report. */
export function hiddenText(counts: Config): string {
  const still = t('In this window {0} still counts, set by {1}.', placeText(counts), counts.source);
  if (counts.source !== 'datastore.url') return still;
  return `${still} ${t('The setting datastore.url is set, and wins over .datastore.yaml: clear it.')}`;
}

/** What came of one that its person has stopped. `failure`: what it said of how far it came; null: it had not begun. */
export function stoppedText(name: string, failure: SetupFailure | null): string {
  if (failure?.isConfigured !== true)
    return t('The set-up of “{0}” was stopped. Set up again to go on where it was.', name);
  const todo = failure.todo.map(({ text }) => said(text)).join(', ');
  return t(
    'The set-up of “{0}” was stopped after the configuration was written: the new place is what counts. Left to do: {1}. Set up the same place again to finish.',
    name,
    todo,
  );
}

/** Everything that was found, done and left over, to be read and copied. */
export function reportLines(name: string, report: SetupReport): readonly string[] {
  const { done, conflicts, problems, notes } = report;
  return [
    t('Set-up of {0}', name),
    '',
    ...done.map(({ text }) => `✓ ${said(text)}`),
    ...conflicts.map((path) => t('conflict  {0}', path)),
    ...problems.map(({ path, reason }) => t('problem  {0}: {1}', path, said(reason))),
    ...notes.map(said),
  ];
}
