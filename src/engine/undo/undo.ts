import { type Problem, SyncError } from '../../core/errors.ts';
import { chooseUndo, type FileNow, planUndo, type UndoStep, undoPaths } from '../../core/plan/undo-plan.ts';
import type { UndoneFile, UndoReport } from '../../core/status/undo-report.ts';
import { type CycleParts, openRun } from '../cycle/run.ts';
import { settleIntents, sweepStaging } from '../cycle/settle.ts';
import type { UndoOptions } from '../datastore.ts';
import type { LocalFiles } from '../ports.ts';
import { hashFile, scanRoot } from '../root/scan.ts';
import { bringBack } from './bring-back.ts';
import { findUndoPoint, readUndoRecord } from './undo-points.ts';

/** What `undo` would do now. Changes nothing. */
export async function previewUndo(parts: CycleParts, options: UndoOptions): Promise<UndoReport> {
  const files = parts.openFiles(parts.ids.uuid());
  await requireFolder(files);
  const { point, steps, back, left } = await lookBack(parts, files, options);
  return report(point, steps.map(fileOf), back, left);
}

/**
 * Brings back what a run replaced or deleted here, where the path is as it left it. Contacts nobody: what comes back is a change
 * of this person, which the next sync sends like any other. The caller holds the root's guard.
 */
export async function undoRun(parts: CycleParts, options: UndoOptions): Promise<UndoReport> {
  const { base, codec } = parts;
  const run = await openRun(parts, options, null);
  const { files, ledger, conflictSuffix } = run;
  const swept = await sweepStaging(run);
  if (swept.intents.length > 0) {
    // Of a sync that died: what it has brought is the base, and must not become a change of this person below.
    const scan = await scanRoot(files, ledger.entries, parts.skip, codec, { signal: options.signal });
    settleIntents(ledger, swept.intents, scan);
  }
  await ledger.save();
  const { point, steps, back, left } = await lookBack(parts, files, options);
  // From here on a run that dies is put in order by the next start.
  await base.setOpenRun(run.id);
  const done = await bringBack(
    { files, undoes: point.id, log: parts.log, conflictSuffix, signal: options.signal },
    steps,
  );
  await base.setOpenRun(null);
  const undone = new Set<UndoStep>(done.undone);
  const undoneFiles = steps.filter((step) => undone.has(step)).map(fileOf);
  return report(point, undoneFiles, back, [...swept.problems, ...left, ...done.left]);
}

async function lookBack(parts: CycleParts, files: LocalFiles, options: UndoOptions) {
  const point = await findUndoPoint(files, options.id);
  const record = await readUndoRecord(files, point.id);
  if (record === null) throw new SyncError('usage', `${point.id} was dropped meanwhile.`, 'See: datastore undo --list');
  const chosen = chooseUndo(record, options.paths);
  const now = new Map<string, FileNow | null | string>();
  for (const path of undoPaths(chosen)) now.set(path, await lookAt(path));
  return { point, ...planUndo(chosen, now) };

  async function lookAt(path: string): Promise<FileNow | null | string> {
    options.signal?.throwIfAborted();
    if (options.busyPaths?.has(path)) return 'it is open and unsaved in an editor';
    try {
      return (await files.stat(path)) === null ? null : await hashFile(files, path, parts.codec, options.signal);
    } catch (error) {
      if (error instanceof SyncError && error.kind === 'local') return error.message;
      throw error;
    }
  }
}

/** SyncError('local') where there is no root. */
export async function requireFolder(files: LocalFiles): Promise<void> {
  const state = await files.state();
  if (state.kind === 'folder') return;
  const reason = state.kind === 'missing' ? 'does not exist' : `cannot be used: ${state.reason}`;
  throw new SyncError('local', `The root ${files.root} ${reason}.`, 'Bring it back first.');
}

function report(
  { id, at, undoes }: Pick<UndoReport, 'id' | 'at' | 'undoes'>,
  files: readonly UndoneFile[],
  back: readonly string[],
  left: readonly Problem[],
): UndoReport {
  return { id, at, undoes, files, bytes: files.reduce((sum, { size }) => sum + size, 0), back: back.length, left };
}

const fileOf = ({ path, kept, size, now }: UndoStep): UndoneFile => ({
  path,
  size,
  what: kept === null ? 'taken-away' : now === null ? 'brought-back' : 'replaced',
});
