import * as vscode from 'vscode';
import {
  keepBoth,
  keepMine,
  keepTheirs,
  markMerged,
  resolveAll,
  resolveConflicts,
} from './commands/conflict-commands.ts';
import { connect } from './commands/connect.ts';
import { explainFile } from './commands/explain-file.ts';
import { explainLock, notifyWhenFree } from './commands/explain-lock.ts';
import {
  compareWithRemote,
  copyHash,
  copyKey,
  copyPath,
  openFile,
  openRemote,
  revealFile,
} from './commands/file-commands.ts';
import { clearFilter, filterContents, showMore } from './commands/filter-contents.ts';
import { forceReleaseLock, holdLock, releaseLock } from './commands/lock-commands.ts';
import { compareConflict, openConflict } from './commands/merge-conflict.ts';
import { pause, resume } from './commands/pause-commands.ts';
import { preview } from './commands/preview.ts';
import { openConfiguration, openSettings, refresh, showLog, showStatus } from './commands/show-commands.ts';
import { signIn, signOut } from './commands/sign-in.ts';
import { clickStatusBar } from './commands/status-bar-click.ts';
import { pull, push, sync } from './commands/sync-commands.ts';
import { pullFile, pushFile } from './commands/sync-file.ts';
import type { Ui } from './ui.ts';

/** `argument`: the row it was called on, if any; `chosen`: all rows that were chosen then. Neither can be trusted to be that. */
type Handler = (ui: Ui, argument: unknown, chosen: unknown) => Promise<void>;

/**
 * Every command: what is called, in whatever state, by whomever, with whatever argument. What is large and rarely asked for
 * is loaded when it is.
 */
export const COMMANDS: Readonly<Record<`datastore.${string}`, Handler>> = {
  'datastore.sync': sync,
  'datastore.pull': pull,
  'datastore.push': push,
  'datastore.preview': preview,
  'datastore.statusBar': clickStatusBar,
  'datastore.showStatus': showStatus,
  'datastore.showLog': showLog,
  'datastore.refresh': refresh,
  'datastore.openConfiguration': openConfiguration,
  'datastore.openSettings': openSettings,
  'datastore.setUp': async (ui, argument) => (await import('./commands/set-up.ts')).setUp(ui, argument),
  'datastore.connect': connect,
  'datastore.signIn': signIn,
  'datastore.signOut': signOut,
  'datastore.holdLock': holdLock,
  'datastore.explainLock': explainLock,
  'datastore.notifyWhenFree': notifyWhenFree,
  'datastore.releaseLock': releaseLock,
  'datastore.forceReleaseLock': forceReleaseLock,
  'datastore.pause': pause,
  'datastore.resume': resume,
  'datastore.resolveConflicts': resolveConflicts,
  'datastore.resolveAll': resolveAll,
  'datastore.openConflict': openConflict,
  'datastore.compareConflict': compareConflict,
  'datastore.keepMine': keepMine,
  'datastore.keepTheirs': keepTheirs,
  'datastore.keepBoth': keepBoth,
  'datastore.markMerged': markMerged,
  'datastore.verify': async (ui, argument) => (await import('./commands/verify.ts')).verify(ui, argument),
  'datastore.doctor': async (ui, argument) => (await import('./commands/doctor.ts')).doctor(ui, argument),
  'datastore.openFile': openFile,
  'datastore.compareWithRemote': compareWithRemote,
  'datastore.revealFile': revealFile,
  'datastore.copyKey': copyKey,
  'datastore.pushFile': pushFile,
  'datastore.pullFile': pullFile,
  'datastore.openRemote': openRemote,
  'datastore.copyPath': copyPath,
  'datastore.copyHash': copyHash,
  'datastore.explainFile': explainFile,
  'datastore.filterContents': filterContents,
  'datastore.clearFilter': clearFilter,
  'datastore.showMore': showMore,
};

/** A handler's failure is shown with its remedy; the command itself never throws. */
export function registerCommands(ui: Ui): vscode.Disposable {
  const registered = Object.entries(COMMANDS).map(([id, handler]) =>
    vscode.commands.registerCommand(id, async (argument: unknown, chosen: unknown) => {
      ui.log.debug(`command ${id}`);
      try {
        await handler(ui, argument, chosen);
      } catch (error) {
        ui.notices.failed(error);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}
