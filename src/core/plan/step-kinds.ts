import type { Answer, StepKind } from './plan.ts';

/** Bring a file to a path. */
export const CREATES: ReadonlySet<StepKind> = new Set(['upload', 'download', 'keep-both']);
export const DELETES: ReadonlySet<StepKind> = new Set(['delete-local', 'delete-remote']);
export const CHANGES_ROOT: ReadonlySet<StepKind> = new Set(['download', 'delete-local', 'keep-both']);
export const CHANGES_REMOTE: ReadonlySet<StepKind> = new Set(['upload', 'delete-remote']);

/** What carries out an answer to a conflict, by whether the file is there on either side. */
export function kindOfAnswer(answer: Answer, isHere: boolean, isThere: boolean): StepKind {
  switch (answer) {
    case 'mine':
      return isHere ? 'upload' : 'delete-remote';
    case 'theirs':
      return isThere ? 'download' : 'delete-local';
    case 'both':
      if (!isHere) return 'download';
      return isThere ? 'keep-both' : 'upload';
  }
}
