import { SyncError } from '../../core/errors.ts';
import type { Head } from '../../core/format/records.ts';
import type { PlanPolicy } from '../../core/plan/plan.ts';
import { VetoError } from '../../core/plan/veto-error.ts';
import type { LocalFiles } from '../ports.ts';
import type { Ledger } from '../state/ledger.ts';

/**
 * True: the root is a usable folder. False: it does not exist, and the remote has what to fill it with. Everything else is a
 * SyncError: a root that was there before never reads as "all deleted".
 */
export async function requireRoot(
  files: LocalFiles,
  ledger: Ledger,
  head: Head | null,
  direction: PlanPolicy['direction'],
): Promise<boolean> {
  const state = await files.state();
  switch (state.kind) {
    case 'folder':
      return true;
    case 'unusable':
      throw new SyncError(
        'config',
        `the root ${files.root} cannot be used: ${state.reason}`,
        'Name a folder inside the workspace in `root`.',
      );
    case 'missing':
      if (ledger.entries.size > 0) {
        throw new VetoError([{ kind: 'root-vanished', root: files.root, baseFiles: ledger.entries.size }]);
      }
      if (head?.commit && direction !== 'push') return false;
      throw new SyncError(
        'config',
        `the root ${files.root} does not exist`,
        'Make the folder, or correct `root` in the configuration.',
      );
  }
}
