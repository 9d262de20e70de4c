import * as vscode from 'vscode';
import type { Config } from '../../core/config/config.ts';
import { SyncError } from '../../core/errors.ts';
import { stepText } from '../../core/setup/setup-plan.ts';
import { meterRate } from '../../core/status/rate.ts';
import { runSetup, type SetupReport } from '../../engine/setup/setup.ts';
import { said, t } from '../l10n.ts';
import { placeOf } from '../place.ts';
import { progressText } from '../render/progress-text.ts';
import { unlinked } from '../render/unlinked.ts';
import { type Draft, keysOf } from './draft.ts';
import { partsFor, type Setup } from './setup.ts';

/** Looks at what would be done; changes nothing. */
export async function lookAhead(setup: Setup, draft: Draft, signal: AbortSignal): Promise<SetupReport> {
  const parts = await partsFor(setup, draft);
  return runSetup(parts, { ...optionsOf(setup, draft), dryRun: true, signal });
}

/** `to`: what was set up, whatever counts in the folder. */
export interface Performed extends SetupReport {
  readonly to: Config;
}

/** Sets up, shown step by step, with a way to stop. Whoever sets a place up has agreed to it. */
export function perform(setup: Setup, draft: Draft): Promise<Performed> {
  const { folder, ui } = setup;
  const title = unlinked(t('Setting up “{0}”', folder.workspace.name));
  const shown = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return Promise.resolve(
    vscode.window.withProgress(shown, async (bar, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() =>
        stop.abort(new SyncError('cancelled', t('Stopped.'), t('Set up again to go on where it was.'))),
      );
      const say = (message: string) => bar.report({ message: unlinked(message) });
      const parts = await partsFor(setup, draft);
      let agreed: Promise<void> = Promise.resolve();
      const rate = meterRate();
      let step = '';
      const report = await atRest(setup, () =>
        runSetup(parts, {
          ...optionsOf(setup, draft),
          dryRun: false,
          signal: stop.signal,
          onStep(next) {
            step = said(stepText(next));
            say(step);
          },
          onProgress(progress) {
            say(`${step} (${progressText(progress, rate(progress, ui.host.clock.monotonic()))})`);
          },
          onWait: (who) => say(t('waiting: {0}', said(who))),
          onTold(kind, text) {
            ui.log.info(`set-up of ${folder.workspace.name}: ${text}`);
            // From here on the window may see the configuration, and would ask.
            if (kind !== 'configure') return;
            agreed = agree(setup, draft, parts.to);
            // Waited for at the end, which a set-up that fails does not come to.
            agreed.catch(() => {});
          },
        }),
      );
      await agreed;
      return { ...report, to: parts.to };
    }),
  );
}

async function agree({ ui, folder }: Setup, draft: Draft, to: Config): Promise<void> {
  const place = placeOf(to);
  if (place === null) return;
  const keys = keysOf(draft);
  await Promise.all([ui.answers.set(folder.id, place, 'connect'), keys && ui.keys.set(place, keys)]);
}

const optionsOf = ({ mayBring }: Setup, { files }: Draft) => ({
  skipMigration: !mayBring || files === 'leave',
  deleteSource: mayBring && files === 'delete',
});

/** The engine of the folder does nothing by itself meanwhile: its root is being read, or moved. */
async function atRest<T>({ folder }: Setup, work: () => Promise<T>): Promise<T> {
  const coordinator = folder.running()?.coordinator;
  if (coordinator === undefined || coordinator.status().paused) return work();
  coordinator.pause();
  try {
    return await work();
  } finally {
    // Of the engine before, if another was built meanwhile; and the person may have paused it since.
    if (folder.running()?.coordinator === coordinator && !folder.isPaused()) coordinator.resume();
  }
}
