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
  /** The remote version that was shown beside it; null: its deletion. */
  readonly remote: Entry | null;
}

/** Saving decides nothing: the person is asked, once, whether that was the merge. Not of what is no conflict any more. */
export interface MergeQuestions {
  /**
   * Asks when the person saves this file, a URI as text, next, or closes it after VS Code has saved it by itself: in this window, or
   * in the one that comes after a reload.
   */
  expect(file: string, merge: Merge): void;
  /** Both sides are compared, which asks nothing by itself: what is merged by hand now is merged with this version. */
  show(file: string, merge: Merge): void;
  /** Asks no more. */
  hush(file: string): void;
  /** The version that was shown last, while the file is a conflict, whether it was asked about or not; undefined: none was. */
  shownLast(file: string): Merge | undefined;
  dispose(): void;
}

export interface MergeQuestionParts {
  readonly folders: Pick<Folders, 'byId' | 'onChange'>;
  readonly notices: Pick<Notices, 'info'>;
  /** Of the workspace. */
  readonly memory: Memory;
  /** Files that are saved, by their URIs as text; not `isByHand`: while the person is still at work on it. */
  readonly onSaved: (listener: (file: string, isByHand: boolean) => void) => { dispose(): unknown };
  /** Files that no editor shows any more. */
  readonly onClosed: (listener: (file: string) => void) => { dispose(): unknown };
  readonly markMerged: (target: Target) => unknown;
}

interface Known extends Merge {
  /** Asked already, or nothing to ask. */
  readonly hushed?: true;
  /** Saved by itself since. */
  readonly begun?: true;
}

const KEY = 'datastore.merges';
/** The oldest go first. */
const MOST = 1000;

export function openMergeQuestions(parts: MergeQuestionParts): MergeQuestions {
  const { folders, notices, memory } = parts;
  const known = new Map(Object.entries((memory.get(KEY) ?? {}) as Readonly<Record<string, Known>>));

  /** Before it is known whether they are conflicts. */
  const saved = new Set<string>();

  function note(file: string, merge: Known): void {
    saved.delete(file);
    known.delete(file);
    known.set(file, merge);
    keep();
  }

  function keep(): void {
    for (const file of [...known.keys()].slice(0, -MOST)) known.delete(file);
    void memory.update(KEY, Object.fromEntries(known));
  }

  function forget(file: string): void {
    saved.delete(file);
    if (known.delete(file)) keep();
  }

  const isWaiting = (file: string): boolean => known.has(file) && known.get(file)?.hushed !== true;

  function hush(file: string): void {
    const merge = known.get(file);
    if (merge !== undefined) note(file, { ...merge, hushed: true });
  }

  function ask(file: string): void {
    const merge = known.get(file);
    if (merge === undefined || merge.hushed === true) return;
    const folder = folders.byId(merge.folder);
    const state = folder?.state();
    if (folder === undefined || state?.kind !== 'active' || !state.status.looked) return void saved.add(file);
    saved.delete(file);
    const conflict = state.status.conflicts.find(({ path }) => path === merge.path);
    if (conflict === undefined) return;
    hush(file);
    const { path } = conflict;
    const shown = asShown(conflict, merge);
    notices.info(t('Is “{0}” merged? Then it replaces the remote version.', nameOf(path)), {
      label: t('Mark as Merged'),
      run: () => parts.markMerged(asTarget({ folder, path, conflict: shown, conflicts: [shown] })),
    });
  }

  const saving = parts.onSaved((file, isByHand) => {
    const merge = known.get(file);
    if (isByHand) ask(file);
    else if (merge !== undefined && isWaiting(file) && merge.begun !== true) note(file, { ...merge, begun: true });
  });
  const closing = parts.onClosed((file) => {
    if (known.get(file)?.begun === true) ask(file);
  });
  const following = folders.onChange((folder) => {
    const state = folder?.state();
    if (folder === null || state?.kind !== 'active' || !state.status.looked) return;
    for (const [file, merge] of known) {
      if (merge.folder !== folder.id) continue;
      if (state.status.conflicts.every(({ path }) => path !== merge.path)) forget(file);
      else if (saved.has(file)) ask(file);
    }
  });
  return {
    expect: note,
    show(file, merge) {
      note(file, isWaiting(file) ? { ...known.get(file), ...merge } : { ...merge, hushed: true });
    },
    hush,
    shownLast: (file) => known.get(file),
    dispose() {
      saving.dispose();
      closing.dispose();
      following.dispose();
    },
  };
}

/** With the remote version that was merged: another one that came since, or a deletion, is in no merge. */
const asShown = (conflict: Conflict, { remote }: Merge): Conflict => ({ ...conflict, remote });
