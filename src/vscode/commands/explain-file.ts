import type { Running } from '../folder.ts';
import { t } from '../l10n.ts';
import type { Mark } from '../render/contents-index.ts';
import { whyText } from '../render/why-text.ts';
import type { Ui } from '../ui.ts';
import { asTarget } from '../views/target.ts';
import { explainState } from './explain-state.ts';
import { fileOf, listed, type NamedFile } from './file-commands.ts';

/** Why a file is not in step, with what can be done about it. */
export async function explainFile(ui: Ui, argument: unknown): Promise<void> {
  const named = fileOf(ui, argument);
  if (named === null) return;
  const { folder, path } = named;
  const [state, running] = [folder.state(), folder.running()];
  if (state.kind !== 'active' || running === null) return explainState(ui, [folder]);
  const mark = running.datastore.inPlace === null ? await markOf(ui, named, running) : 'in-place';
  const text = `${path} — ${whyText(path, mark, state.status)}`;
  ui.notices.info(
    text,
    ...waysOut(mark).map(({ label, command }) => ({
      label,
      run: command,
      // What leaves a file out stands in the file, whatever names the place.
      on: asTarget({ folder, path, row: { source: '.datastore.yaml' } }),
    })),
  );
}

/** Of what is not listed, too: it is left out, or has come since. */
async function markOf(ui: Ui, named: NamedFile, { skip }: Running): Promise<Mark> {
  const { path } = named;
  const file = await listed(ui, named);
  return file?.mark ?? (skip(path, false) || skip(path, true) ? 'excluded' : 'upload');
}

interface WayOut {
  readonly label: string;
  readonly command: string;
}

function waysOut(mark: Mark): readonly WayOut[] {
  switch (mark) {
    case 'conflict':
      return [{ label: t('Compare'), command: 'datastore.compareConflict' }];
    case 'excluded':
    case 'held':
      return [{ label: t('Open Configuration'), command: 'datastore.openConfiguration' }];
    case 'in-step':
      return [];
    default:
      return [{ label: t('Compare with Remote'), command: 'datastore.compareWithRemote' }];
  }
}
