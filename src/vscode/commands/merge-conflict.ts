import * as vscode from 'vscode';
import type { Conflict } from '../../core/plan/plan.ts';
import { t } from '../l10n.ts';
import { MOST_SHOWN_BYTES, tooLarge } from '../read-remote.ts';
import { absentUri, remoteUri } from '../remote-documents.ts';
import { sidesOf } from '../render/conflict-rows.ts';
import type { Ui } from '../ui.ts';
import { type Picked, pick } from './conflict-commands.ts';

/** Three-way in VS Code's merge editor where both sides are text and the version that they grew from is still there, else two-way. */
export async function openConflict(ui: Ui, argument: unknown): Promise<void> {
  const picked = await pick(ui, argument, undefined, t('Look at which conflict?'));
  const [conflict] = picked?.conflicts ?? [];
  if (picked === null || conflict === undefined) return;
  if (!(await merge(ui, picked, conflict))) await compare(ui, picked, conflict);
}

/** Both sides, without what they grew from. */
export async function compareConflict(ui: Ui, argument: unknown): Promise<void> {
  const picked = await pick(ui, argument, undefined, t('Compare which conflict?'));
  const [conflict] = picked?.conflicts ?? [];
  if (picked !== null && conflict !== undefined) await compare(ui, picked, conflict);
}

async function compare(ui: Ui, { chosen: { folder, running } }: Picked, conflict: Conflict): Promise<void> {
  const { path, local, remote } = conflict;
  if (remote !== null && remote.size > MOST_SHOWN_BYTES) return ui.notices.warn(tooLarge(path));
  const theirs = remote === null ? absentUri(path) : remoteUri(folder, path, remote);
  const file = vscode.Uri.joinPath(running.root, path);
  const mine = local === null ? absentUri(path) : file;
  ui.merges.show(file.toString(), { folder: folder.id, path, remote });
  const title = `${path} (${remote === null ? t('deleted there') : t('theirs, {0}', remote.by)} ↔ ${local === null ? t('deleted here') : t('mine')})`;
  await vscode.commands.executeCommand('vscode.diff', theirs, mine, title);
}

/** False where there is no way to merge it. */
async function merge(ui: Ui, { chosen }: Picked, conflict: Conflict): Promise<boolean> {
  const { folder, running } = chosen;
  const { path, base, local, remote } = conflict;
  if (base === null || local === null || remote === null) return false;
  // Before anything is read: a click on a large file must not fetch it three times.
  const before = { sha256: base.sha256, size: base.stamp.size };
  if (Math.max(before.size, local.stamp.size, remote.size) > MOST_BYTES) return false;
  const output = vscode.Uri.joinPath(running.root, path);
  const uris = { base: remoteUri(folder, path, before), theirs: remoteUri(folder, path, remote) };
  // As it is now: what is typed into the result must not move the side that it is compared with.
  const now = await textOf(output);
  if (now === null) return false;
  const others = await Promise.all([textOf(uris.base), textOf(uris.theirs)]);
  if (others.includes(null)) return false;
  const mine = await ui.documents.hold(folder, path, now).catch((error: unknown) => {
    ui.log.warn(`${path} cannot be kept for a merge, so it is compared: ${String(error)}`);
    return null;
  });
  if (mine === null) return false;
  // Before it opens: a window that is loaded anew meanwhile shows it again.
  ui.merges.expect(output.toString(), { folder: folder.id, path, remote });
  const sides = sidesOf(conflict, ui.host.clock.now());
  await vscode.commands.executeCommand('_open.mergeEditor', {
    base: uris.base,
    input1: { uri: uris.theirs, title: t('Theirs'), description: remote.by, detail: sides.theirs },
    input2: { uri: mine, title: t('Mine'), description: folder.workspace.name, detail: sides.mine },
    output,
  });
  return true;
}

/** Larger files are compared, not merged. */
const MOST_BYTES = 4 << 20;

/** Null of what cannot be read, and of what is no text. */
async function textOf(uri: vscode.Uri): Promise<Uint8Array | null> {
  try {
    const bytes = await vscode.workspace.fs.readFile(uri);
    return bytes.length > MOST_BYTES || bytes.includes(0) ? null : bytes;
  } catch {
    return null;
  }
}
