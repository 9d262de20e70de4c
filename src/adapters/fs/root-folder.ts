import { lstatSync, realpathSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { SyncError } from '../../core/errors.ts';
import type { RootState } from '../../engine/ports.ts';
import { type Folder, type FolderAnswer, isReserved, levelByLevel, realFolder, type Top } from './guarded-path.ts';
import { localError, reasonFor } from './refusal.ts';

export interface RootFolder extends Top {
  /** Absolute, below the real path of the workspace. */
  readonly path: string;
  state(): RootState;
  /** Makes it, level by level. Throws SyncError('local'). */
  create(): void;
}

/** The root below its workspace. `root` is relative with `/`; no level of it may be a link. */
export function openRootFolder(workspace: string, root: string): RootFolder {
  const names = root.split(/[/\\]/).filter((name) => name !== '' && name !== '.');
  const problem = namingProblem(root, names);
  const path = join(realWorkspace(workspace), ...(problem === null ? names : []));
  // A workspace that is reached through a link is looked up each time: the link may lead elsewhere by then.
  const real = problem === null && path === join(workspace, ...names) ? path : null;

  const find = (make?: { readonly mode: number }) => {
    if (problem !== null) return { kind: 'blocked', reason: problem } as const;
    const known = real === null ? null : realFolder(real);
    if (known !== null) return { kind: 'folder', folder: known } as const;
    const top = realWorkspace(workspace);
    const found = workspaceFolder(top);
    return found.kind === 'folder' ? levelByLevel(found.folder, names, make) : found;
  };
  const folder = (make?: { readonly mode: number }): Folder => {
    const found = find(make);
    switch (found.kind) {
      case 'folder':
        return found.folder;
      case 'missing':
        throw new SyncError(
          'local',
          `The root \`${path}\` does not exist.`,
          'Create it, or correct `root` in the configuration.',
        );
      case 'blocked':
        throw new SyncError(
          'local',
          `The root \`${path}\` cannot be used: ${found.reason}.`,
          'Make it a real folder inside the workspace.',
        );
    }
  };
  return {
    path,
    real,
    state: () => {
      const found = find();
      switch (found.kind) {
        case 'folder':
          return { kind: 'folder' };
        case 'missing':
          return { kind: 'missing' };
        case 'blocked':
          return { kind: 'unusable', reason: found.reason };
      }
    },
    folder,
    create: () => {
      folder({ mode: 0o777 });
    },
  };
}

/** The workspace itself, which has no folder above it to be looked up from. */
function workspaceFolder(path: string): FolderAnswer {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return { kind: 'missing' };
    if (!stats.isDirectory()) return { kind: 'blocked', reason: `\`${path}\` is no folder` };
    return { kind: 'folder', folder: { path, dev: stats.dev, ino: stats.ino } };
  } catch (error) {
    return { kind: 'blocked', reason: reasonFor(error) };
  }
}

function namingProblem(root: string, names: readonly string[]): string | null {
  if (isAbsolute(root) || /^[A-Za-z]:/.test(root) || names.includes('..'))
    return `\`${root}\` is not inside the workspace`;
  const reserved = names.find(isReserved);
  return reserved === undefined ? null : `\`${reserved}\` cannot be part of a root`;
}

function realWorkspace(workspace: string): string {
  try {
    return realpathSync.native(workspace);
  } catch (error) {
    const known = localError(workspace, error);
    if (known instanceof SyncError) return resolve(workspace);
    throw error;
  }
}
