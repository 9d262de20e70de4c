import { SyncError } from '../../core/errors.ts';

/* Where anything is unclear, nothing goes. Each says why, and what can be done. */

/** What cannot be read may name anything. */
export const unreadable = (name: string, why: string, cause?: unknown): SyncError =>
  new SyncError(
    'corrupt',
    `${name}: nothing is collected while a part of the history cannot be read: ${why}`,
    'Nothing was deleted. Restore the object (bucket versioning keeps it), or see `datastore verify --repair`; it goes on when no kept commit names it any more.',
    { cause },
  );

export const newer = (name: string, key: string): SyncError =>
  new SyncError(
    'newer-format',
    `${name}: nothing is collected: ${key} has fields that this version does not know, and they may name more than it can see`,
    'Nothing was deleted. Update Datastore Sync on this machine.',
  );

/** Only the listing tells it to who has not seen the later ones. */
export const setBack = (name: string, generation: number, latest: number): SyncError =>
  new SyncError(
    'veto',
    `${name}: the register stands at generation ${generation}, and commits up to generation ${latest} lie there: it was set back`,
    `Nothing was deleted. Put a later head.json back, or give those commits up, with what only they name: \`datastore gc --accept-remote ${generation}\`.`,
  );

export const unrelated = (): SyncError =>
  new SyncError(
    'veto',
    'the last commit that was seen here is not in the history of the remote: a restored bucket, or a history that was collected since?',
    'Nothing was deleted. Look at it with `datastore sync --dry-run`; accept it with `--accept-remote GENERATION`.',
  );
