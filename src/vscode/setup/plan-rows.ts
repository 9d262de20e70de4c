import { SyncError } from '../../core/errors.ts';
import type { SetupReport } from '../../engine/setup/setup.ts';
import { type SetupFailure, setupFailureOf } from '../../engine/setup/setup-failure.ts';
import { counted, said, t } from '../l10n.ts';
import { failureTitle } from '../render/failure-title.ts';
import type { Draft, Step } from './draft.ts';
import { stepsToMend } from './mend.ts';
import { QUESTIONS } from './questions.ts';

/** A line of the last page; `does` says what choosing it leads to. */
export interface PlanRow {
  readonly label: string;
  readonly description: string;
  readonly does:
    | { readonly kind: 'go' | 'again' | 'heading' | 'nothing' }
    | { readonly kind: 'change'; readonly step: Step }
    | { readonly kind: 'files'; readonly files: Draft['files'] };
}

/** What would be done and what was found, from a dry run. `mayBring`: what is here may come along, or stay. */
export function planRows(report: SetupReport, { files }: Draft, mayBring: boolean): readonly PlanRow[] {
  const { steps, done, notes, stopped, conflicts, problems, isResumed } = report;
  if (stopped !== null) return [...stoppedRows(stopped, conflicts), ...(mayBring ? othersThan(files) : [])];
  return [
    row(
      t('$(rocket) Set Up Now'),
      isResumed ? t('goes on: what was brought before is used again') : t('nothing was changed so far'),
      { kind: 'go' },
    ),
    ...(mayBring ? othersThan(files) : []),
    heading(t('What will happen')),
    ...steps.flatMap(({ text }, index) => told(`${index + 1}. ${said(text)}`)),
    ...section(t('What will wait for you'), [
      ...pathRows(conflicts),
      ...pathRows(problems.map(({ path, reason }) => `${path}: ${said(reason)}`)),
    ]),
    ...section(t('What was found'), [
      ...done.flatMap(({ text }) => told(`$(check) ${said(text)}`)),
      ...notes.flatMap((text) => told(`$(info) ${said(text)}`)),
    ]),
  ];
}

/** What went wrong, what to do about it, and the ways back to what may be the wrong answers. */
export function failureRows(error: unknown, draft: Draft, mayBring: boolean): readonly PlanRow[] {
  const { kind, message, remedy } =
    error instanceof SyncError ? error : { kind: 'failed' as const, message: String(error), remedy: t('See the log.') };
  const { done, reached, left, isConfigured } = setupFailureOf(error) ?? NOTHING;
  return [
    ...told(
      kind === 'cancelled' ? `$(circle-slash) ${t('Stopped')}` : `$(error) ${failureTitle(kind)}: ${said(message)}`,
    ),
    ...(kind === 'cancelled' || remedy === '' ? [] : told(`$(lightbulb) ${said(remedy)}`)),
    ...stepsToMend(kind, draft).map((step) =>
      row(t('$(arrow-left) Change {0}', titleOf(step)), valueOf(step, draft), { kind: 'change', step }),
    ),
    again(),
    ...(mayBring ? othersThan(draft.files) : []),
    ...section(t('How it stands'), [
      ...told(
        `$(info) ${isConfigured ? t('The configuration is written; look again to finish') : t('The configuration is as it was')}`,
      ),
      ...(reached === null ? [] : told(t('$(info) It came to {0}', said(reached)))),
      ...left.flatMap((what) => told(t('$(info) Left behind, for the next run: {0}', said(what)))),
      ...done.flatMap(({ text }) => told(`$(check) ${said(text)}`)),
    ]),
  ];
}

/** A set-up that stopped at conflicts: nothing is configured, a person has to decide. */
export function stoppedRows(
  stopped: NonNullable<SetupReport['stopped']>,
  paths: readonly string[],
): readonly PlanRow[] {
  return [
    ...told(`$(warning) ${said(stopped.message)}`),
    ...told(`$(lightbulb) ${said(stopped.remedy)}`),
    again(),
    heading(counted(paths.length, '{0} path', '{0} paths')),
    ...pathRows(paths),
  ];
}

const pathRows = (paths: readonly string[]): readonly PlanRow[] => [
  ...paths.slice(0, MOST).flatMap((path) => told(`$(warning) ${path}`)),
  ...(paths.length > MOST ? told(t('and {0} more', paths.length - MOST)) : []),
];

const MOST = 100;
/** Characters beside the name of a section, in the narrowest box. */
const WIDTH = 64;
const NOTHING: SetupFailure = {
  done: [],
  todo: [],
  reached: null,
  left: [],
  isConfigured: false,
  isStopped: false,
  details: null,
};

const titleOf = (step: Step): string => (step === 'plan' ? t('Nothing') : QUESTIONS[step].title);

function valueOf(step: Step, draft: Draft): string {
  if (step === 'plan' || step === 'keySecret') return '';
  return step === 'store' ? '' : draft[step].replace(/^(profile:|chain$|keys$)/, '');
}

const row = (label: string, description: string, does: PlanRow['does']): PlanRow => ({ label, description, does });
/** A row is one line, and cuts off what is longer: words go on in the next, below the first word. */
function told(text: string): readonly PlanRow[] {
  const [, mark = '', words = ''] = /^(\$\([a-z-]+\) )?(.*)$/s.exec(text) ?? [];
  const lines: string[] = [];
  for (const word of words.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line, at) => row(`${at === 0 ? mark : '$(blank) '}${line}`, '', { kind: 'nothing' }));
}
const heading = (label: string): PlanRow => row(label, '', { kind: 'heading' });
const section = (label: string, rows: readonly PlanRow[]): readonly PlanRow[] =>
  rows.length === 0 ? [] : [heading(label), ...rows];

/* Made when they are asked for: the language is not known before. */

const again = (): PlanRow =>
  row(t('$(refresh) Look Again'), t('what was done already is not done twice'), { kind: 'again' });

/** What can be done with the files that are here, other than what would be. */
const othersThan = (files: Draft['files']): readonly PlanRow[] =>
  filesRows().filter(({ does }) => does.kind === 'files' && does.files !== files);

const filesRows = (): readonly PlanRow[] => [
  row(t('$(files) Bring the files along'), t('and read every byte again at the new place'), {
    kind: 'files',
    files: 'bring',
  }),
  row(t('$(trash) Bring them, and delete the old folder'), t('once every byte was read again (--delete-source)'), {
    kind: 'files',
    files: 'delete',
  }),
  row(t('$(debug-step-over) Leave the files where they are'), t('only write the configuration (--skip-migration)'), {
    kind: 'files',
    files: 'leave',
  }),
];
