import { SyncError } from '../../core/errors.ts';
import { type SetupFailure, setupFailureOf } from '../../engine/setup/setup-failure.ts';
import { t } from '../l10n.ts';
import { asTarget } from '../views/target.ts';
import { askChoice, askText, type Page } from './ask.ts';
import { problemOf } from './check.ts';
import { type Draft, draftFrom, type Step } from './draft.ts';
import { offerOf } from './offers.ts';
import { stoppedText } from './outcome.ts';
import { lookAhead, perform } from './perform.ts';
import { askPlan } from './plan-page.ts';
import { failureRows, type PlanRow, planRows, stoppedRows } from './plan-rows.ts';
import { QUESTIONS } from './questions.ts';
import type { Setup } from './setup.ts';
import { tellDone } from './tell-done.ts';
import { type Answer, type AskPage, type Turn, walk } from './walk.ts';

/** Asks, shows what will happen, and does it; what fails leads back to the page that can mend it. */
export async function runWizard(setup: Setup): Promise<void> {
  // What a repository names is no answer of the person before they have agreed to it.
  let draft = draftFrom(setup.mayBring ? setup.from : null);
  let at: Step = 'store';
  let shown: readonly PlanRow[] | null = null;
  for (;;) {
    const answered: Draft | null = await walk(draft, at, pagesOf(setup, shown));
    if (answered === null) return;
    draft = answered;
    at = 'plan';
    try {
      const report = await perform(setup, draft);
      if (report.stopped === null) return await tellDone(setup, report);
      shown = stoppedRows(report.stopped, report.conflicts);
    } catch (error) {
      setup.ui.log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
      if (error instanceof SyncError && error.kind === 'cancelled') return tellStopped(setup, setupFailureOf(error));
      shown = failureRows(error, draft, mayMove(setup));
    }
  }
}

/** `shown`: what the first page has to say, where it is the last one. */
function pagesOf(setup: Setup, shown: readonly PlanRow[] | null): AskPage {
  let known = shown;
  return async (step, draft, position) => {
    const page = { ...position, title: t('Set Up “{0}”: {1}', setup.folder.workspace.name, titleOf(step)) };
    const first = known;
    known = null;
    if (step === 'plan') return askForPlan(setup, draft, page, first);
    const question = QUESTIONS[step];
    const check = (text: string): string | null => problemOf(step, text);
    const answer =
      question.kind === 'choice'
        ? await askChoice(page, question, draft[step], offerOf(setup, step, draft), check)
        : await askText(page, question, draft[step], check);
    return turned(answer, (value) => ({ draft: { ...draft, [step]: value }, to: 'next' }));
  };
}

async function askForPlan(
  setup: Setup,
  draft: Draft,
  page: Page,
  shown: readonly PlanRow[] | null,
): Promise<Answer<Turn>> {
  const answer = await askPlan(page, shown, async (signal) => {
    try {
      return planRows(await lookAhead(setup, draft, signal), draft, mayMove(setup));
    } catch (error) {
      setup.ui.log.info(`set-up: ${String(error)}`);
      return failureRows(error, draft, mayMove(setup));
    }
  });
  return turned(answer, (does) => {
    if (does.kind === 'change') return { draft, to: does.step };
    if (does.kind === 'files') return { draft: { ...draft, files: does.files }, to: 'plan' };
    return { draft, to: 'go' };
  });
}

/** Whether there is a choice between bringing files along and leaving them. */
const mayMove = ({ mayBring, from }: Setup): boolean => mayBring && from !== null;

const titleOf = (step: Step): string => (step === 'plan' ? t('What Will Happen') : QUESTIONS[step].title);

const turned = <T>(answer: Answer<T>, turn: (value: T) => Turn): Answer<Turn> =>
  answer.kind === 'next' ? { kind: 'next', value: turn(answer.value) } : answer;

async function tellStopped({ ui, folder }: Setup, failure: SetupFailure | null): Promise<void> {
  // It has left a note that the Status view shows.
  if (folder.state().kind === 'not-set-up') await folder.reload();
  ui.notices.info(stoppedText(folder.workspace.name, failure), {
    label: t('Set Up…'),
    run: 'datastore.setUp',
    on: asTarget({ folder }),
  });
}
