import * as vscode from 'vscode';
import type { LeaseHolder } from '../../core/format/lease-holder.ts';
import { t } from '../l10n.ts';
import { leaseFacts, leaseText } from '../render/lease-text.ts';
import { withSlowProgress } from '../slow-progress.ts';
import type { Ui } from '../ui.ts';
import { asTarget } from '../views/target.ts';
import { type Chosen, chooseRunning, stillRuns } from './choose-folder.ts';

/** Takes the lock and keeps it until it is released. A text as argument is the purpose; else the person is asked for one. */
export async function holdLock(ui: Ui, argument: unknown): Promise<void> {
  const chosen = await chooseRunning(ui, argument, t('Hold the lock of which folder?'));
  if (chosen === null) return;
  const { folder, running } = chosen;
  const status = running.coordinator.status();
  if (status.lease?.ours === 'this-process') return ui.notices.info(t('This window holds the lock already.'));
  const asked = { title: t('Hold Lock'), prompt: t('What for? Others see it while they wait.'), value: 'maintenance' };
  const purpose = typeof argument === 'string' ? argument : await vscode.window.showInputBox(asked);
  if (purpose === undefined || !stillRuns(ui, chosen)) return;
  const held = await withSlowProgress(
    { clock: ui.host.clock, folder },
    t('Waiting for the lock of {0}', folder.workspace.name),
    ({ signal }) => running.coordinator.hold(purpose.trim() || 'maintenance', signal),
  );
  ui.locks.follow(folder, held);
}

/** A lock of another process of this workspace only after a yes to exactly that tenure. */
export async function releaseLock(ui: Ui, argument: unknown): Promise<void> {
  const chosen = await chooseRunning(ui, argument, t('Release the lock of which folder?'));
  if (chosen === null) return;
  const { coordinator, datastore } = chosen.running;
  const mine = coordinator.status().lease?.ours === 'this-process';
  const release = mine ? () => coordinator.release() : await askToRelease(ui, chosen);
  if (release === null || (await release())) return;
  const { lease, ours } = await datastore.lease();
  if (lease === null) return ui.notices.info(t('The lock is free already.'));
  const holder = leaseText({ record: lease, ours }, ui.host.clock.now());
  ui.notices.info(t('This workspace does not hold the lock: it is {0}.', holder), {
    label: t('Force-Release…'),
    run: 'datastore.forceReleaseLock',
    on: asTarget({ folder: chosen.folder }),
  });
}

/** Gives back the tenure that the person has seen, also of another process of this workspace. Null where they kept it. */
async function askToRelease(ui: Ui, chosen: Chosen): Promise<(() => Promise<boolean>) | null> {
  const { coordinator, datastore } = chosen.running;
  let asked: string | null = null;
  for (;;) {
    const { lease, ours } = await datastore.lease();
    if (lease === null || ours === 'no') return () => coordinator.poll().then(() => false);
    const { nonce, tool, holder, pid } = lease;
    if (ours === 'this-process' || nonce === asked) return () => coordinator.release(nonce);
    const isYes = await confirm(ui, lease, {
      question: t('Release the lock of {0} (process {1})?', tool ?? holder, pid),
      moved: asked !== null,
      warning: t('That process is not stopped: others may write while it goes on.'),
      yes: t('Release'),
    });
    if (!isYes || !stillRuns(ui, chosen)) return null;
    asked = nonce;
  }
}

/** Takes the lock from exactly the holder that was shown; another one is shown, and asked about, again. */
export async function forceReleaseLock(ui: Ui, argument: unknown): Promise<void> {
  const chosen = await chooseRunning(ui, argument, t('Force-release the lock of which folder?'));
  if (chosen === null) return;
  const { coordinator, datastore } = chosen.running;
  let shown: LeaseHolder | null = (await datastore.lease()).lease;
  for (let moved = false; shown !== null; moved = true) {
    const isYes = await confirm(ui, shown, {
      question: t('Take the lock from {0}?', shown.holder),
      moved,
      warning:
        datastore.inPlace === null
          ? t('What they are uploading is not lost on their side, but has to be synced again.')
          : t('What they are writing goes on: nothing stops a program that writes into the folder.'),
      yes: t('Force Release'),
    });
    if (!isYes || !stillRuns(ui, chosen)) return;
    const answer = await datastore.forceRelease(shown);
    if (answer.kind === 'released') {
      await coordinator.poll();
      return ui.notices.info(t('The lock was taken from {0} and is free.', shown.holder));
    }
    shown = answer.lease;
  }
  await coordinator.poll();
  ui.notices.info(t('The lock is free.'));
}

interface Question {
  readonly question: string;
  /** The holder is another than the one asked about before. */
  readonly moved: boolean;
  readonly warning: string;
  readonly yes: string;
}

async function confirm(ui: Ui, shown: LeaseHolder, { question, moved, warning, yes }: Question): Promise<boolean> {
  const facts = leaseFacts(shown, ui.host.clock.now()).map(({ name, value }) => `${name}: ${value}`);
  const detail = [
    ...(moved ? [t('The lock has passed to another holder meanwhile.'), ''] : []),
    ...facts,
    '',
    `${warning} ${t('Times are by their clock.')}`,
  ].join('\n');
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}
