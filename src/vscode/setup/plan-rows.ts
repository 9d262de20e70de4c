import { SyncError } from '../../core/errors.ts';
import { countText } from '../../core/quantities.ts';
import type { SetupFailure, SetupReport } from '../../engine/setup/setup.ts';
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
  const { steps, done, notes } = report;
  const other = files === 'bring' ? LEAVE : BRING;
  return [
    row('$(rocket) Set Up Now', 'nothing was changed so far', { kind: 'go' }),
    ...(mayBring ? [other] : []),
    heading('What will happen'),
    ...steps.flatMap(({ text }, index) => said(`${index + 1}. ${text}`)),
    ...section('What was found', [
      ...done.flatMap(({ text }) => said(`$(check) ${text}`)),
      ...notes.flatMap((text) => said(`$(info) ${text}`)),
    ]),
  ];
}

/** What went wrong, what to do about it, and the ways back to what may be the wrong answers. */
export function failureRows(error: unknown, draft: Draft, mayBring: boolean): readonly PlanRow[] {
  const { kind, message, remedy, details } =
    error instanceof SyncError
      ? error
      : { kind: 'failed' as const, message: String(error), remedy: 'See the log.', details: null };
  const { done, reached, left, isConfigured } = isFailure(details) ? details : NOTHING;
  return [
    ...said(kind === 'cancelled' ? '$(circle-slash) Stopped' : `$(error) ${failureTitle(kind)}: ${message}`),
    ...(kind === 'cancelled' || remedy === '' ? [] : said(`$(lightbulb) ${remedy}`)),
    ...stepsToMend(kind, draft).map((step) =>
      row(`$(arrow-left) Change ${titleOf(step)}`, valueOf(step, draft), { kind: 'change', step }),
    ),
    AGAIN,
    ...(mayBring ? [draft.files === 'bring' ? LEAVE : BRING] : []),
    ...section('How it stands', [
      ...said(`$(info) ${isConfigured ? 'The configuration is written; look again to finish' : UNCHANGED}`),
      ...(reached === null ? [] : said(`$(info) It came to ${reached}`)),
      ...left.flatMap((what) => said(`$(info) Left behind, for the next run: ${what}`)),
      ...done.flatMap(({ text }) => said(`$(check) ${text}`)),
    ]),
  ];
}

/** A set-up that stopped at conflicts: nothing is configured, a person has to decide. */
export function stoppedRows(
  stopped: NonNullable<SetupReport['stopped']>,
  paths: readonly string[],
): readonly PlanRow[] {
  return [
    ...said(`$(warning) ${stopped.message}`),
    ...said(`$(lightbulb) ${stopped.remedy}`),
    AGAIN,
    heading(countText(paths.length, 'path')),
    ...paths.slice(0, MOST).flatMap((path) => said(`$(warning) ${path}`)),
    ...(paths.length > MOST ? said(`and ${paths.length - MOST} more`) : []),
  ];
}

const MOST = 100;
/** Characters beside the name of a section, in the narrowest box. */
const WIDTH = 70;
const UNCHANGED = 'The configuration is as it was';
const NOTHING: SetupFailure = { done: [], reached: null, left: [], isConfigured: false, details: null };

const isFailure = (details: unknown): details is SetupFailure =>
  typeof details === 'object' && details !== null && 'isConfigured' in details;

const titleOf = (step: Step): string => (step === 'plan' ? 'Nothing' : QUESTIONS[step].title);

function valueOf(step: Step, draft: Draft): string {
  if (step === 'plan' || step === 'keySecret') return '';
  return step === 'store' ? '' : draft[step].replace(/^(profile:|chain$|keys$)/, '');
}

const row = (label: string, description: string, does: PlanRow['does']): PlanRow => ({ label, description, does });
/** A row is one line, and cuts off what is longer: words go on in the next, below the first word. */
function said(text: string): readonly PlanRow[] {
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

const AGAIN = row('$(refresh) Look Again', 'what was done already is not done twice', { kind: 'again' });
const LEAVE = row(
  '$(debug-step-over) Leave the files where they are',
  'only write the configuration (--skip-migration)',
  {
    kind: 'files',
    files: 'leave',
  },
);
const BRING = row('$(files) Bring the files along', 'and read every byte again at the new place', {
  kind: 'files',
  files: 'bring',
});
