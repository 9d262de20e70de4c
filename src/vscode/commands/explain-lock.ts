import * as vscode from 'vscode';
import type { Folder, Running } from '../folder.ts';
import { t } from '../l10n.ts';
import { actionsWhenFree } from '../lock/actions-when-free.ts';
import { type LockDeed, type LockItem, lockItems } from '../lock/lock-items.ts';
import type { Ui } from '../ui.ts';
import { asTarget } from '../views/target.ts';
import { chooseRunning } from './choose-folder.ts';

/** How often the lock is read while its explanation is open, so that a heartbeat is seen to move. */
const READ_MS = 3_000;

/** Says who has the lock, and what can be done about it. */
export async function explainLock(ui: Ui, argument: unknown): Promise<void> {
  const chosen = await chooseRunning(ui, argument, t('Explain the lock of which folder?'));
  if (chosen === null) return;
  const { folder, running } = chosen;
  const does = await show(ui, folder, running, await readLock(running));
  if (does === null) return;
  await vscode.commands.executeCommand(COMMANDS[does], asTarget({ folder }));
}

export async function notifyWhenFree(ui: Ui, argument: unknown): Promise<void> {
  const chosen = await chooseRunning(ui, argument, t('Wait for the lock of which folder?'));
  if (chosen === null) return;
  const { folder, running } = chosen;
  const { name } = folder.workspace;
  if ((await readLock(running)) === null && running.coordinator.status().lease === null)
    return ui.notices.info(t('The lock of “{0}” is free already.', name), ...actionsWhenFree(folder));
  const isNew = ui.locks.notifyWhenFree(folder);
  const text = isNew
    ? t('You are told when the lock of “{0}” is free', name)
    : t('You are told already when the lock of “{0}” is free', name);
  vscode.window.setStatusBarMessage(`$(bell) ${text}`, 5_000);
}

/** Null: it was read; else why not. */
const readLock = ({ coordinator }: Running): Promise<string | null> =>
  coordinator.poll().then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

const COMMANDS: Readonly<Record<LockDeed, string>> = {
  hold: 'datastore.holdLock',
  release: 'datastore.releaseLock',
  notify: 'datastore.notifyWhenFree',
  force: 'datastore.forceReleaseLock',
};

/** Until the person chooses or leaves; a fact chosen is no choice. */
function show({ locks, host }: Ui, folder: Folder, running: Running, atFirst: string | null): Promise<LockDeed | null> {
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & LockItem>();
  pick.title = t('Lock of “{0}”', folder.workspace.name);
  pick.placeholder = t('Who is writing, and what you can do');
  pick.matchOnDescription = true;
  let shown = '';
  let failure = atFirst;
  const draw = () => {
    const items = lockItems(running.coordinator.status(), locks.pulse(folder), host.clock.now(), failure);
    const text = JSON.stringify(items);
    // A list that is drawn anew loses the person's place.
    if (text === shown) return;
    shown = text;
    const at = pick.activeItems[0]?.label;
    const first = items.findIndex(({ does }) => does !== null);
    const heading = {
      label: t('What you can do'),
      description: '',
      does: null,
      kind: vscode.QuickPickItemKind.Separator,
    };
    pick.items = items.toSpliced(first, 0, heading);
    pick.activeItems = pick.items.filter(({ label }) => label === (at ?? items[first]?.label));
  };
  return new Promise((resolve) => {
    let does: LockDeed | null = null;
    let isOpen = true;
    let cancel = () => {};
    const readOnce = async () => {
      failure = await readLock(running);
      if (!isOpen) return;
      draw();
      readOn();
    };
    const readOn = () => {
      cancel = host.clock.after(READ_MS, () => void readOnce());
    };
    draw();
    readOn();
    pick.onDidAccept(() => {
      does = pick.selectedItems[0]?.does ?? null;
      if (does !== null) pick.hide();
    });
    pick.onDidHide(() => {
      if (!isOpen) return;
      isOpen = false;
      cancel();
      pick.dispose();
      resolve(does);
    });
    pick.show();
  });
}
