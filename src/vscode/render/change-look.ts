import type { ConflictReason, StepKind } from '../../core/plan/plan.ts';
import { t } from '../l10n.ts';
import { COLOURS } from './row.ts';

export interface Look {
  readonly icon: string;
  readonly colour: string;
  /** What will happen, for people. */
  readonly words: string;
  /** One letter, for the Explorer. */
  readonly badge: string;
}

/** How a step that is to come looks everywhere. Null: nothing a person would see. */
export function stepLook(kind: StepKind): Look | null {
  switch (kind) {
    case 'upload':
      return { icon: 'arrow-up', colour: COLOURS.up, words: t('to upload'), badge: '↑' };
    case 'download':
      return { icon: 'arrow-down', colour: COLOURS.down, words: t('to download'), badge: '↓' };
    case 'delete-remote':
      return {
        icon: 'trash',
        colour: COLOURS.deleted,
        words: t('deleted here, to be deleted on the remote'),
        badge: '↑',
      };
    case 'delete-local':
      return {
        icon: 'trash',
        colour: COLOURS.deleted,
        words: t('deleted on the remote, to be deleted here'),
        badge: '↓',
      };
    case 'keep-both':
      return { icon: 'files', colour: COLOURS.conflict, words: t('both versions will be kept'), badge: '↓' };
    case 'adopt':
    case 'forget':
      return null;
  }
}

export const CONFLICT_LOOK: Look = {
  icon: 'warning',
  colour: COLOURS.conflict,
  get words() {
    return t('changed on both sides');
  },
  badge: '!',
};

export function conflictWords(reason: ConflictReason): string {
  switch (reason) {
    case 'both-changed':
      return t('changed on both sides');
    case 'changed-here-deleted-there':
      return t('changed here, deleted on the remote');
    case 'deleted-here-changed-there':
      return t('deleted here, changed on the remote');
    case 'deleted-here-while-excluded':
      return t('deleted here while it was excluded');
    case 'deleted-there-while-excluded':
      return t('deleted on the remote while it was excluded here');
  }
}
