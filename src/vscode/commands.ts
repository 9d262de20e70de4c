import * as vscode from 'vscode';
import { pause, resume } from './commands/pause-commands.ts';
import {
  manageTrust,
  openConfiguration,
  openSettings,
  refresh,
  showLog,
  showStatus,
} from './commands/show-commands.ts';
import { clickStatusBar } from './commands/status-bar-click.ts';
import { pull, push, sync } from './commands/sync-commands.ts';
import { folderOf } from './failed-in.ts';
import type { Ui } from './ui.ts';
import { asTarget, chosenIn, targetOf } from './views/target.ts';

/** `argument`: the row it was called on, if any; `chosen`: all rows that were chosen then. Neither can be trusted to be that. */
type Handler = (ui: Ui, argument: unknown, chosen: unknown) => Promise<void>;

/** Of a module that is loaded with its first call: activation waits for what it loads. */
const later =
  <Name extends string>(load: () => Promise<Readonly<Record<Name, Handler>>>, name: Name): Handler =>
  async (ui, argument, chosen) =>
    (await load())[name](ui, argument, chosen);

const previews = () => import('./commands/preview.ts');
const signs = () => import('./commands/sign-in.ts');
const lockWords = () => import('./commands/explain-lock.ts');
const locks = () => import('./commands/lock-commands.ts');
const conflicts = () => import('./commands/conflict-commands.ts');
const merges = () => import('./commands/merge-conflict.ts');
const files = () => import('./commands/file-commands.ts');
const parts = () => import('./commands/sync-file.ts');
const filters = () => import('./commands/filter-contents.ts');

/**
 * Every command: what is called, in whatever state, by whomever, with whatever argument. What is large and rarely asked for
 * is loaded when it is.
 */
export const COMMANDS: Readonly<Record<`datastore.${string}`, Handler>> = {
  'datastore.sync': sync,
  'datastore.pull': pull,
  'datastore.push': push,
  'datastore.preview': later(previews, 'preview'),
  'datastore.applyPreview': later(previews, 'applyPreview'),
  'datastore.closePreview': later(previews, 'closePreview'),
  'datastore.undo': later(() => import('./commands/undo.ts'), 'undo'),
  'datastore.statusBar': clickStatusBar,
  'datastore.showStatus': showStatus,
  'datastore.showLog': showLog,
  'datastore.refresh': refresh,
  'datastore.openConfiguration': openConfiguration,
  'datastore.openSettings': openSettings,
  'datastore.setUp': later(() => import('./commands/set-up.ts'), 'setUp'),
  'datastore.connect': later(() => import('./commands/connect.ts'), 'connect'),
  'datastore.manageTrust': manageTrust,
  'datastore.signIn': later(signs, 'signIn'),
  'datastore.signOut': later(signs, 'signOut'),
  'datastore.holdLock': later(locks, 'holdLock'),
  'datastore.explainLock': later(lockWords, 'explainLock'),
  'datastore.notifyWhenFree': later(lockWords, 'notifyWhenFree'),
  'datastore.releaseLock': later(locks, 'releaseLock'),
  'datastore.forceReleaseLock': later(locks, 'forceReleaseLock'),
  'datastore.pause': pause,
  'datastore.resume': resume,
  'datastore.resolveConflicts': later(conflicts, 'resolveConflicts'),
  'datastore.resolveAll': later(conflicts, 'resolveAll'),
  'datastore.openConflict': later(merges, 'openConflict'),
  'datastore.compareConflict': later(merges, 'compareConflict'),
  'datastore.keepMine': later(conflicts, 'keepMine'),
  'datastore.keepTheirs': later(conflicts, 'keepTheirs'),
  'datastore.keepBoth': later(conflicts, 'keepBoth'),
  'datastore.markMerged': later(conflicts, 'markMerged'),
  'datastore.verify': later(() => import('./commands/verify.ts'), 'verify'),
  'datastore.doctor': later(() => import('./commands/doctor.ts'), 'doctor'),
  'datastore.openFile': later(files, 'openFile'),
  'datastore.openRemote': later(files, 'openRemote'),
  'datastore.compareWithRemote': later(files, 'compareWithRemote'),
  'datastore.revealFile': later(files, 'revealFile'),
  'datastore.copyPath': later(files, 'copyPath'),
  'datastore.copyKey': later(files, 'copyKey'),
  'datastore.copyHash': later(files, 'copyHash'),
  'datastore.pushFile': later(parts, 'pushFile'),
  'datastore.pullFile': later(parts, 'pullFile'),
  'datastore.explainFile': later(() => import('./commands/explain-file.ts'), 'explainFile'),
  'datastore.filterContents': later(filters, 'filterContents'),
  'datastore.clearFilter': later(filters, 'clearFilter'),
  'datastore.showMore': later(filters, 'showMore'),
};

/** A handler's failure is shown with its remedy; the command itself never throws. */
export function registerCommands(ui: Ui): vscode.Disposable {
  const registered = Object.entries(COMMANDS).map(([id, handler]) =>
    vscode.commands.registerCommand(id, async (...given: readonly unknown[]) => {
      const [argument] = given;
      ui.log.debug(`command ${id}`);
      try {
        await handler(ui, argument, chosenIn(given));
      } catch (error) {
        const folder = folderOf(error);
        ui.notices.failed(error, targetOf(argument) ?? (folder && asTarget({ folder })));
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}
