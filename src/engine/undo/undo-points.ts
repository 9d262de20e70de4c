import { SyncError } from '../../core/errors.ts';
import type { UndoRecord } from '../../core/plan/undo-plan.ts';
import type { UndoPoint } from '../../core/status/undo-report.ts';
import { KEPT_MS } from '../cycle/settle.ts';
import type { LocalFiles, StagingRun } from '../ports.ts';

/** Runs that replaced or deleted files here, or took that back; the latest first. */
export async function listUndoPoints(files: LocalFiles): Promise<readonly UndoPoint[]> {
  if ((await files.state()).kind !== 'folder') return [];
  return (await files.staging())
    .filter((run) => run.asides.length > 0 || undoneBy(run) !== null)
    .map((run) => ({
      id: run.run,
      at: run.startedAt,
      undoes: undoneBy(run),
      files: run.asides.length,
      bytes: run.asides.reduce((sum, { size }) => sum + size, 0),
      until: run.startedAt + KEPT_MS,
    }))
    .toReversed();
}

/** The run of that name, or the only one that begins so; without a name the latest sync. SyncError('usage') where there is none. */
export async function findUndoPoint(files: LocalFiles, id: string | undefined): Promise<UndoPoint> {
  const all = await listUndoPoints(files);
  const found = id === undefined ? all.filter(({ undoes }) => undoes === null) : all.filter((one) => isNamed(one, id));
  const [first, second] = found;
  if (first === undefined) {
    throw new SyncError(
      'usage',
      id === undefined
        ? 'No sync has replaced or deleted a file here lately.'
        : `There is no ${JSON.stringify(id)} to undo.`,
      'See what can be taken back: datastore undo --list',
    );
  }
  if (id !== undefined && second !== undefined) {
    throw new SyncError('usage', `${found.length} begin with ${JSON.stringify(id)}.`, 'Give more of its letters.');
  }
  return first;
}

/** What a run wrote down of itself. Null when it is gone. */
export async function readUndoRecord(files: LocalFiles, id: string): Promise<UndoRecord | null> {
  const run = await files.readRun(id);
  if (run === null) return null;
  return {
    undoes: undoneBy(run),
    changes: run.intents,
    kept: run.asides.toSorted((one, other) => layerOf(one.name) - layerOf(other.name)),
  };
}

const isNamed = ({ id }: UndoPoint, text: string): boolean => text !== '' && id.startsWith(text);

const undoneBy = ({ intents }: StagingRun): string | null =>
  intents.find(({ undoes }) => undoes !== undefined)?.undoes ?? null;

/** Asides are named `<run>/aside/<layer>/<path>`, and a later layer is a later replacement. */
const layerOf = (name: string): number => Number(name.split('/')[2]);
