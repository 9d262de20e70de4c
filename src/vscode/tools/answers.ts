import { bytesText } from '../../core/quantities.ts';
import { describeFolder } from '../api/describe-folder.ts';
import type { Folder } from '../folder.ts';
import { conflictWords, stepLook } from '../render/change-look.ts';

/* Answers for language models: JSON in English, of what is known already. Nothing here contacts anybody or changes anything. */

/** Paths named in one answer, where the model asks for no other number. */
const MOST = 50;

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
        conflicts: conflicts.length,
        leftAlone: problems.length,
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
export function whyAnswer(folders: readonly Folder[], { path, limit = MOST }: WhyInput): object {
  const isAskedFor = (one: string) =>
    path === undefined || path === '' || one === path || one.startsWith(`${path.replace(/\/$/, '')}/`);
  return {
    folders: folders.map((folder) => {
      const state = folder.state();
      const { name, connected, headline, failure } = describeFolder(folder);
      if (state.kind !== 'active') return { name, connected, headline, failure, paths: [] };
      const found = reasonsOf(state.status).filter((reason) => isAskedFor(reason.path));
      const paths = found.slice(0, limit);
      return { name, connected, headline, failure, paths, notListed: found.length - paths.length };
    }),
  };
}

type Status = Extract<ReturnType<Folder['state']>, { kind: 'active' }>['status'];

function reasonsOf({ changes, conflicts, problems }: Status) {
  return [
    ...conflicts.map(({ path, reason }) => ({
      path,
      state: 'conflict',
      why: `${conflictWords(reason)}; held back on both sides until a person decides`,
    })),
    ...problems.map(({ path, reason }) => ({ path, state: 'left alone', why: reason })),
    ...changes.map(({ path, kind, local, remote }) => {
      const size = kind === 'upload' ? local?.stamp.size : remote?.size;
      return {
        path,
        state: kind,
        why: stepLook(kind)?.words ?? kind,
        ...(size === undefined ? {} : { size: bytesText(size) }),
      };
    }),
  ];
}
