import type { ConflictReason, StepKind } from '../../core/plan/plan.ts';
import { bytesText } from '../../core/quantities.ts';
import { describeFolder } from '../api/describe-folder.ts';
import type { Folder } from '../folder.ts';

/* Answers for language models: JSON in English, of what is known already. Nothing here contacts anybody or changes anything. */

/** Paths named in one answer, where the model asks for no other number. */
const USUAL = 50;
/** Whatever it asks for. */
const MOST = 500;

export interface WhyInput {
  /** Path or folder relative to the shared folder; all otherwise. */
  readonly path?: string;
  readonly limit?: number;
}

export function statusAnswer(folders: readonly Folder[]): object {
  return {
    folders: folders.map((folder) => {
      const { lease: _, conflicts, problems, folder: uri, root, ...rest } = describeFolder(folder);
      return {
        ...rest,
        sharedFolder: root?.fsPath ?? null,
        workspace: uri.fsPath,
        ...(isKnown(folder)
          ? { conflicts: conflicts.length, leftAlone: problems.length }
          : { conflicts: 'unknown', leftAlone: 'unknown' }),
      };
    }),
  };
}

export function lockAnswer(folders: readonly Folder[]): object {
  return {
    note: 'Times are by the clock of the holder. A lock whose holder is gone ends by itself after its time to live.',
    folders: folders.map((folder) => {
      const { name, connected, lease } = describeFolder(folder);
      const state = folder.state();
      const seenAt = state.kind === 'active' ? state.status.seenAt : null;
      const asOf = seenAt === null ? null : new Date(seenAt).toISOString();
      return { name, connected, asOf, lock: lease ?? (seenAt === null ? 'unknown' : 'free') };
    }),
  };
}

/** Each path that is not in step, with the reason; cut after `limit`, and that is said. */
export function whyAnswer(folders: readonly Folder[], { path, limit = USUAL }: WhyInput): object {
  const isAskedFor = (one: string) =>
    path === undefined || path === '' || one === path || one.startsWith(`${path.replace(/\/$/, '')}/`);
  return {
    folders: folders.map((folder) => {
      const state = folder.state();
      const { name, connected, headline, failure } = describeFolder(folder);
      if (state.kind !== 'active') return { name, connected, headline, failure, paths: 'unknown' };
      if (!isKnown(folder)) return { name, connected, headline, failure, paths: 'unknown', note: NOT_LOOKED };
      const found = reasonsOf(state.status).filter((reason) => isAskedFor(reason.path));
      const paths = found.slice(0, Math.min(Math.max(1, limit), MOST));
      return { name, connected, headline, failure, paths, notListed: found.length - paths.length };
    }),
  };
}

const NOT_LOOKED = 'Both sides were not compared yet, so what is out of step is not known.';

/** Whether both sides were compared; a folder used in place has one. */
function isKnown(folder: Folder): boolean {
  const state = folder.state();
  return state.kind === 'active' && (state.status.inPlace || state.status.looked);
}

type Status = Extract<ReturnType<Folder['state']>, { kind: 'active' }>['status'];

function reasonsOf({ changes, conflicts, problems }: Status) {
  return [
    ...conflicts.map(({ path, reason }) => ({
      path,
      state: 'conflict',
      why: `${CONFLICTS[reason]}; held back on both sides until a person decides`,
    })),
    ...problems.map(({ path, reason }) => ({ path, state: 'left alone', why: reason })),
    ...changes.map(({ path, kind, local, remote }) => {
      const size = kind === 'upload' ? local?.stamp.size : remote?.size;
      return {
        path,
        state: kind,
        why: STEPS[kind],
        ...(size === undefined ? {} : { size: bytesText(size) }),
      };
    }),
  ];
}

/* In English whatever the window speaks. */

const CONFLICTS: Readonly<Record<ConflictReason, string>> = {
  'both-changed': 'changed on both sides',
  'changed-here-deleted-there': 'changed here, deleted on the remote',
  'deleted-here-changed-there': 'deleted here, changed on the remote',
  'deleted-here-while-excluded': 'deleted here while it was excluded',
  'deleted-there-while-excluded': 'deleted on the remote while it was excluded here',
};

const STEPS: Readonly<Record<StepKind, string>> = {
  upload: 'to upload',
  download: 'to download',
  'delete-remote': 'deleted here, to be deleted on the remote',
  'delete-local': 'deleted on the remote, to be deleted here',
  'keep-both': 'both versions will be kept',
  adopt: 'equal on both sides',
  forget: 'gone on both sides',
};
