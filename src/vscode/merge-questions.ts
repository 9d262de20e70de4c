import type { Entry } from '../core/format/tree.ts';
import type { Conflict } from '../core/plan/plan.ts';
import type { Folders } from './folders.ts';
import { t } from './l10n.ts';
import type { Memory, Notices } from './notices.ts';
import { nameOf } from './render/contents-index.ts';
import { asTarget, type Target } from './views/target.ts';

/** A file that is being merged by hand. */
export interface Merge {
  /** The id of its folder. */
  readonly folder: string;
  /** Relative to the root. */
  readonly path: string;
  /** The remote version that goes into it. */
  readonly remote: Entry;
}

/** Saving decides nothing: the person is asked, once, whether that was the merge. Not of what is no conflict any more. */
export interface MergeQuestions {
  /** Asks when this file, a URI as text, is saved next: in this window, or in the one that comes after a reload. */
  expect(file: string, merge: Merge): void;
  /** Asks no more. */
  drop(file: string): void;
  dispose(): void;
}

export interface MergeQuestionParts {
  readonly folders: Pick<Folders, 'byId' | 'onChange'>;
  readonly notices: Pick<Notices, 'info'>;
  /** Of the workspace. */
  readonly memory: Memory;
  /** Files that are saved, by their URIs as text. */
  readonly onSaved: (listener: (file: string) => void) => { dispose(): unknown };
  readonly markMerged: (target: Target) => unknown;
}

const KEY = 'datastore.merges';
/** The oldest go first. */
const MOST = 32;

export function openMergeQuestions(parts: MergeQuestionParts): MergeQuestions {
  const { folders, notices, memory } = parts;
  const waiting = new Map(Object.entries((memory.get(KEY) ?? {}) as Readonly<Record<string, Merge>>));

  /** Before it is known whether they are conflicts. */
  const saved = new Set<string>();

  function keep(): void {
    for (const file of [...waiting.keys()].slice(0, -MOST)) waiting.delete(file);
    void memory.update(KEY, Object.fromEntries(waiting));
  }

  function drop(file: string): void {
    saved.delete(file);
    if (waiting.delete(file)) keep();
  }

  function ask(file: string): void {
    const merge = waiting.get(file);
    const folder = merge && folders.byId(merge.folder);
    const state = folder?.state();
    if (merge === undefined) return;
    if (folder === undefined || state?.kind !== 'active' || !state.status.looked) return void saved.add(file);
    saved.delete(file);
    const conflict = state.status.conflicts.find(({ path }) => path === merge.path);
    if (conflict === undefined) return;
    drop(file);
    const { path } = conflict;
    const shown = asShown(conflict, merge);
    notices.info(t('Is “{0}” merged? Then it replaces the remote version.', nameOf(path)), {
      label: t('Mark as Merged'),
      run: () => parts.markMerged(asTarget({ folder, path, conflict: shown, conflicts: [shown] })),
    });
  }

  const saving = parts.onSaved(ask);
  const following = folders.onChange((folder) => {
    const state = folder?.state();
    if (folder === null || state?.kind !== 'active' || !state.status.looked) return;
    for (const [file, merge] of waiting) {
      if (merge.folder !== folder.id) continue;
      if (state.status.conflicts.every(({ path }) => path !== merge.path)) drop(file);
      else if (saved.has(file)) ask(file);
    }
  });
  return {
    expect(file, merge) {
      waiting.delete(file);
      waiting.set(file, merge);
      keep();
    },
    drop,
    dispose() {
      saving.dispose();
      following.dispose();
    },
  };
}

/** With the remote version that was merged: another one that came since, or a deletion, is in no merge. */
const asShown = (conflict: Conflict, { remote }: Merge): Conflict => ({ ...conflict, remote });
