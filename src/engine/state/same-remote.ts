import { SyncError } from '../../core/errors.ts';
import type { RegisterState } from '../remote/register.ts';
import type { BaseMeta } from './base-store.ts';

/** Before anything but a cycle writes to the register: a cycle looks at more than this. SyncError('veto'). */
export function requireSameRemote({ datastoreId, epoch, newest }: BaseMeta, { head }: RegisterState): void {
  if (datastoreId === null || head === null) return;
  if (head.datastoreId !== datastoreId)
    throw vetoed('another datastore lies at this place than the one this workspace was in step with');
  if (head.epoch < epoch || (head.commit?.generation ?? 0) < (newest?.generation ?? 0))
    throw vetoed('the remote is older than what was seen here: a restored bucket?');
}

const vetoed = (message: string) =>
  new SyncError(
    'veto',
    message,
    'Look at it with `datastore sync --dry-run`; accept it with `--accept-remote GENERATION`.',
  );
