import type { Stats } from 'node:fs';
import { relative, sep } from 'node:path';
import { watch } from 'chokidar';
import type { Clock, Watcher } from '../../engine/ports.ts';
import { isReserved } from './guarded-path.ts';
import { errorCode, reasonFor } from './refusal.ts';
import type { RememberedWalk } from './remembered-walk.ts';
import { settleChanges } from './settle-changes.ts';

export interface WatcherOptions {
  /** Milliseconds of quiet before `changed` is called; after ten times as long it is called in the middle of noise. */
  readonly settleMs: number;
  /** Told of each change at once, as long as all can be told. */
  readonly memory?: Pick<RememberedWalk, 'trust' | 'distrust' | 'touch'>;
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC:
    'the system has no more file watches (ENOSPC): raise fs.inotify.max_user_watches, or exclude folders; until then changes are found by the periodic scan',
  EMFILE:
    'too many open files or watches (EMFILE): raise fs.inotify.max_user_instances and ulimit -n; until then changes are found by the periodic scan',
};

/** Watches `root` (absolute). Paths are relative to it, with `/`; the root itself is `.`. A root that is missing is waited for. */
export function openWatcher(root: string, { settleMs, memory }: WatcherOptions, clock: Clock): Watcher {
  const pathOf = (absolute: string): string => relative(root, absolute).split(sep).join('/') || '.';
  return {
    watch: (skip, changed, failed) => {
      const isSkipped = (path: string, isFolder: boolean): boolean =>
        path !== '.' && (path.startsWith('../') || path.split('/').some(isReserved) || skip(path, isFolder));
      // Asked with stats where those are known; without them a file and a folder cannot be told apart, so only names count.
      const ignored = (absolute: string, stats?: Stats): boolean => {
        const path = pathOf(absolute);
        return stats === undefined ? path.split('/').some(isReserved) : isSkipped(path, stats.isDirectory());
      };
      const settle = settleChanges(settleMs, clock, changed);
      const watcher = watch(root, {
        ignoreInitial: true,
        followSymlinks: false,
        atomic: false,
        ignorePermissionErrors: true,
        ignored,
      });
      watcher.on('all', (event, absolute) => {
        memory?.touch(absolute);
        const path = pathOf(absolute);
        if (!isSkipped(path, event === 'addDir' || event === 'unlinkDir')) settle.add(path);
      });
      let told = false;
      watcher.on('ready', () => {
        if (!told) memory?.trust();
      });
      watcher.on('error', (error) => {
        memory?.distrust();
        if (told) return;
        told = true;
        failed(watchReason(error));
      });
      return async () => {
        settle.stop();
        memory?.distrust();
        await watcher.close();
      };
    },
  };
}

function watchReason(error: unknown): string {
  const code = errorCode(error);
  if (code === undefined) return error instanceof Error ? error.message : String(error);
  return REMEDIES[code] ?? reasonFor(error);
}
