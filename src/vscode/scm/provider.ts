import * as vscode from 'vscode';
import type { Folder, Running } from '../folder.ts';
import { type Folders, syncingFolders } from '../folders.ts';
import { t } from '../l10n.ts';
import { asTarget } from '../views/target.ts';
import { type Change, changeGroups, type GroupId } from './groups.ts';

/** One repository in the Source Control view for each connected folder, without a count on its icon. */
export function openScm(folders: Folders): vscode.Disposable {
  const open = new Map<Running, FolderScm>();

  function follow() {
    const syncing = syncingFolders(folders);
    for (const [running, scm] of open) {
      if (syncing.some((one) => one.running === running)) continue;
      scm.dispose();
      open.delete(running);
    }
    for (const { folder, running } of syncing) {
      const scm = open.get(running) ?? openFolderScm(folder, running);
      open.set(running, scm);
      scm.draw();
    }
  }

  follow();
  return vscode.Disposable.from(folders.onChange(follow), {
    dispose: () => {
      for (const scm of open.values()) scm.dispose();
    },
  });
}

interface FolderScm extends vscode.Disposable {
  draw(): void;
}

function openFolderScm(folder: Folder, { root }: Running): FolderScm {
  const control = vscode.scm.createSourceControl('datastore', `Datastore: ${folder.workspace.name}`, root);
  control.inputBox.visible = false;
  // The sum on the icon is git's: data that waits is no work of the person.
  control.count = 0;
  control.statusBarCommands = [];
  const groups = new Map<GroupId, vscode.SourceControlResourceGroup>();
  let drawn: readonly unknown[] = [];

  return {
    draw() {
      const state = folder.state();
      if (state.kind !== 'active') return;
      const { changes, conflicts } = state.status;
      if (drawn[0] === changes && drawn[1] === conflicts) return;
      drawn = [changes, conflicts];
      for (const { id, label, changes: listed } of changeGroups(state.status)) {
        const group = groups.get(id) ?? control.createResourceGroup(id, label);
        groups.set(id, group);
        group.hideWhenEmpty = true;
        group.label = label;
        group.resourceStates = listed.map((change) => resourceOf(folder, root, change));
      }
    },
    dispose: () => control.dispose(),
  };
}

/** A row that is the target of the commands of its menu, too. */
function resourceOf(folder: Folder, root: vscode.Uri, change: Change): vscode.SourceControlResourceState {
  const { path, words, isDeletion, conflict } = change;
  const target = asTarget({ folder, path, ...(conflict === null ? {} : { conflict }) });
  const command = conflict === null ? 'datastore.compareWithRemote' : 'datastore.compareConflict';
  return Object.assign(target, {
    resourceUri: vscode.Uri.joinPath(root, path),
    command: { title: t('Compare with Remote'), command, arguments: [target] },
    decorations: { tooltip: words, strikeThrough: isDeletion },
    contextValue: conflict === null ? 'change' : `conflict-${conflict.reason}`,
  });
}
