import { t } from '../l10n.ts';
import { placeText } from '../render/place-text.ts';
import { asTarget } from '../views/target.ts';
import { hiddenText, outcomeText, reportLines } from './outcome.ts';
import type { Performed } from './perform.ts';
import type { Setup } from './setup.ts';

/** The folder as it is set up now, connected, and what there is to do next. */
export async function tellDone({ ui, folder }: Setup, report: Performed): Promise<void> {
  const { name } = folder.workspace;
  await folder.reload(true);
  const state = folder.state();
  const config = 'config' in state ? state.config : null;
  const show = {
    label: t('Show Report'),
    run: () => ui.reports.show(t('Set-up of {0}', name), reportLines(name, report)),
  };
  if (config === null)
    return ui.notices.warn(t('“{0}” is set up, and its configuration has changed since.', name), show);
  const text = outcomeText(name, placeText(report.to), report);
  if (config.source !== '.datastore.yaml') return ui.notices.warn(`${text} ${hiddenText(config)}`, show);
  const isClean = report.conflicts.length === 0 && report.problems.length === 0;
  if (!isClean) return ui.notices.warn(text, { label: t('Show Status'), run: 'datastore.showStatus' }, show);
  const isInPlace = config.backend.type === 'filesystem';
  const next = isInPlace
    ? { label: t('Show Contents'), run: 'datastore.contents.focus' }
    : { label: t('Sync Now'), run: 'datastore.sync', on: asTarget({ folder }) };
  ui.notices.info(text, next, show);
}
