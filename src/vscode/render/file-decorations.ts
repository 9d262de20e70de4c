import type { Conflict, Step } from '../../core/plan/plan.ts';
import type { SyncStatus } from '../../core/status/sync-status.ts';
import type { FolderState } from '../folder-state.ts';
import { said, t } from '../l10n.ts';
import { CONFLICT_LOOK, conflictWords, stepLook } from './change-look.ts';
import { COLOURS } from './row.ts';

/** A file in the Explorer. */
export interface Decoration {
  /** One letter. */
  readonly badge: string;
  readonly tooltip: string;
  readonly colour: string;
  /** Whether the folders above it show it, too. */
  readonly propagates: boolean;
}

export const NO_DECORATIONS: ReadonlyMap<string, Decoration> = new Map();

/** By path. The same object for what says the same: progress comes many times a second. */
export function decorationsOf(state: FolderState): ReadonlyMap<string, Decoration> {
  if (state.kind !== 'active') return NO_DECORATIONS;
  const { changes, conflicts, problems } = state.status;
  const known = made.get(changes);
  if (known?.conflicts === conflicts && known.problems === problems) return known.decorations;
  const decorations = decorate(state.status);
  made.set(changes, { conflicts, problems, decorations });
  return decorations;
}

const made = new WeakMap<
  readonly Step[],
  {
    readonly conflicts: readonly Conflict[];
    readonly problems: SyncStatus['problems'];
    readonly decorations: ReadonlyMap<string, Decoration>;
  }
>();

function decorate({ changes, conflicts, problems }: SyncStatus): ReadonlyMap<string, Decoration> {
  const found = new Map<string, Decoration>();
  for (const { path, reason } of problems)
    found.set(path, of('–', t('held back: {0}', said(reason)), COLOURS.warning, false));
  for (const { path, kind } of changes) {
    const look = stepLook(kind);
    if (look !== null) found.set(path, of(look.badge, look.words, look.colour, false));
  }
  for (const { path, reason } of conflicts)
    found.set(path, of(CONFLICT_LOOK.badge, conflictWords(reason), CONFLICT_LOOK.colour, true));
  return found;
}

const of = (badge: string, words: string, colour: string, propagates: boolean): Decoration => ({
  badge,
  tooltip: `Datastore: ${words}`,
  colour,
  propagates,
});

/** Paths that look otherwise than before, those that are not decorated any more among them. */
export function changedPaths(
  before: ReadonlyMap<string, Decoration>,
  now: ReadonlyMap<string, Decoration>,
): readonly string[] {
  const differs = (path: string): boolean => {
    const [old, fresh] = [before.get(path), now.get(path)];
    return old?.badge !== fresh?.badge || old?.tooltip !== fresh?.tooltip;
  };
  return [...new Set([...before.keys(), ...now.keys()])].filter(differs);
}
