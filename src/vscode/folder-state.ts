import type { Config } from '../core/config/config.ts';
import type { ConfigProblem } from '../core/config/config-problem.ts';
import { type Headline, headlineOf } from '../core/status/headline.ts';
import type { SyncStatus } from '../core/status/sync-status.ts';
import { t } from './l10n.ts';

/** Everything there is to show of one workspace folder. */
export type FolderState =
  | { readonly kind: 'loading' }
  /** Its configuration was read, nobody is contacted. Null: nothing usable is configured. */
  | { readonly kind: 'untrusted'; readonly config: Config | null }
  /** `isUnfinished`: a first set-up was cut off, or is at work. */
  | { readonly kind: 'not-set-up'; readonly isUnfinished?: true }
  | { readonly kind: 'invalid'; readonly problems: readonly ConfigProblem[] }
  /** Another tool's format: shown, never written to. */
  | { readonly kind: 'unsupported'; readonly config: Config; readonly found: string }
  /** The first connection to this place waits for the person. */
  | { readonly kind: 'asking'; readonly config: Config }
  | { readonly kind: 'declined'; readonly config: Config }
  | { readonly kind: 'broken'; readonly config: Config; readonly message: string; readonly remedy: string }
  | { readonly kind: 'active'; readonly config: Config; readonly status: SyncStatus };

/** A folder by the name VS Code shows. */
export interface NamedState {
  readonly name: string;
  readonly state: FolderState;
}

/** Whether there is anything to tell of it. */
export const hasStatus = (state: FolderState): boolean => state.kind !== 'not-set-up' || state.isUnfinished === true;

/** The one thing to show of a folder: the engine's headline, or what keeps the engine from running. */
export type Face =
  | Headline
  | { readonly kind: 'loading' }
  | { readonly kind: 'untrusted' }
  | { readonly kind: 'not-set-up' }
  | { readonly kind: 'unsupported'; readonly found: string }
  | { readonly kind: 'asking' }
  | { readonly kind: 'declined' };

export function faceOf(state: FolderState): Face {
  switch (state.kind) {
    case 'active':
      return headlineOf(state.status);
    case 'invalid':
      return { kind: 'error', message: t('the configuration has mistakes') };
    case 'broken':
      return { kind: 'error', message: state.message };
    case 'untrusted':
      return state.config === null ? { kind: 'not-set-up' } : { kind: 'untrusted' };
    case 'unsupported':
      return { kind: 'unsupported', found: state.found };
    case 'loading':
    case 'not-set-up':
    case 'asking':
    case 'declined':
      return { kind: state.kind };
  }
}

/** Heaviest first: what several folders show together. */
const WEIGHT: readonly Face['kind'][] = [
  'vetoed',
  'error',
  'signed-out',
  'asking',
  'conflicts',
  'offline',
  'syncing',
  'held-by-me',
  'locked',
  'read-only',
  'untrusted',
  'pending',
  'paused',
  'declined',
  'unsupported',
  'unknown',
  'loading',
  'in-step',
  'in-place',
  'not-set-up',
];

/** The face of all folders together; sums where several show the same. Null without a folder. */
export function gatherFaces(faces: readonly Face[]): Face | null {
  const [first, ...rest] = faces.toSorted((left, right) => WEIGHT.indexOf(left.kind) - WEIGHT.indexOf(right.kind));
  return first === undefined ? null : rest.filter((face) => face.kind === first.kind).reduce(addFaces, first);
}

function addFaces(sum: Face, next: Face): Face {
  if (sum.kind === 'conflicts' && next.kind === 'conflicts') return { ...sum, count: sum.count + next.count };
  if (sum.kind === 'pending' && next.kind === 'pending')
    return { ...sum, up: sum.up + next.up, down: sum.down + next.down };
  if (sum.kind === 'syncing' && next.kind === 'syncing') {
    const files = sum.progress.files + next.progress.files;
    const totalFiles = sum.progress.totalFiles + next.progress.totalFiles;
    return { kind: 'syncing', progress: { ...sum.progress, files, totalFiles } };
  }
  return sum;
}
