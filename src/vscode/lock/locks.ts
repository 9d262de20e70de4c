import type { HeldLease } from '../../engine/datastore.ts';
import type { Clock } from '../../engine/ports.ts';
import type { Folder } from '../folder.ts';
import type { Folders } from '../folders.ts';
import { t } from '../l10n.ts';
import type { Notices } from '../notices.ts';
import { asTarget } from '../views/target.ts';
import { actionsWhenFree } from './actions-when-free.ts';
import { look, type Pulse, pulseOf, type Sight } from './pulse.ts';

/** What a window does about locks over time. */
export interface Locks {
  /** Whether the holder of a folder's lock gives signs of life; null: free, or not read yet. */
  pulse(folder: Folder): Pulse | null;
  /** Tells once when the lock is free, and reads it often until then. False where it is waited for already. */
  notifyWhenFree(folder: Folder): boolean;
  /** For a lock that the person has taken: reminds of it now and then, and says once what its loss means. */
  follow(folder: Folder, lease: HeldLease): void;
  dispose(): void;
}

export interface LockParts {
  readonly folders: Pick<Folders, 'all' | 'onChange'>;
  readonly notices: Pick<Notices, 'info' | 'warn'>;
  readonly clock: Clock;
}

const REMIND_MS = 30 * 60_000;
const READ_MS = 5_000;

export function openLocks({ folders, notices, clock }: LockParts): Locks {
  const sights = new Map<string, { readonly seenAt: number; readonly sight: Sight | null }>();
  const awaited = new Map<string, () => void>();
  const timers = new Set<() => void>();
  let isOver = false;

  const following = folders.onChange((folder) => {
    if (folder !== null) read(folder);
  });

  function read(folder: Folder): void {
    const status = statusOf(folder);
    const seenAt = status?.seenAt ?? null;
    if (status === null || seenAt === null || sights.get(folder.id)?.seenAt === seenAt) return;
    const before = sights.get(folder.id)?.sight ?? null;
    sights.set(folder.id, { seenAt, sight: look(before, status.lease?.record ?? null, clock.monotonic()) });
    if (status.lease === null) tellFree(folder);
  }

  function tellFree(folder: Folder): void {
    const stop = awaited.get(folder.id);
    if (stop === undefined) return;
    stop();
    awaited.delete(folder.id);
    notices.info(t('The lock of “{0}” is free.', folder.workspace.name), ...actionsWhenFree(folder));
  }

  function readOften(folder: Folder): void {
    awaited.set(
      folder.id,
      clock.after(READ_MS, () => {
        if (!folders.all().includes(folder)) return void awaited.delete(folder.id);
        // None while the connection is made anew.
        const reading = folder.running()?.coordinator.poll() ?? Promise.resolve();
        void reading
          .catch(() => {})
          .then(() => {
            if (!isOver && awaited.has(folder.id)) readOften(folder);
          });
      }),
    );
  }

  function remindOf(folder: Folder, lease: HeldLease, minutes: number): void {
    const cancel = clock.after(REMIND_MS, () => {
      timers.delete(cancel);
      if (!isHeld(folder, lease)) return;
      const { name } = folder.workspace;
      notices.info(
        t(
          'This window has held the lock of “{0}” for {1} minutes, for {2}. Nobody else can write meanwhile.',
          name,
          minutes,
          lease.record.purpose ?? '—',
        ),
        { label: t('Release Lock'), run: 'datastore.releaseLock', on: asTarget({ folder }) },
        { label: t('Keep It'), run: () => {} },
      );
      remindOf(folder, lease, minutes + REMIND_MS / 60_000);
    });
    timers.add(cancel);
  }

  async function tellLost(folder: Folder, lease: HeldLease): Promise<void> {
    if (isOver || (await lease.isGivenBack())) return;
    await folder
      .running()
      ?.coordinator.poll()
      .catch(() => {});
    const now = statusOf(folder)?.lease;
    const why = now
      ? t('{0} has taken it.', now.record.holder)
      : t('It could not be renewed in time, or was ended elsewhere.');
    notices.warn(
      `${t('This window has lost the lock of “{0}”.', folder.workspace.name)} ${why} ${t('Another may be writing now. Nothing is sent under this lock any more; your files stay as they are, and what both sides change becomes a conflict.')}`,
      { label: t('Explain Lock…'), run: 'datastore.explainLock', on: asTarget({ folder }) },
    );
  }

  return {
    pulse(folder) {
      const sight = sights.get(folder.id)?.sight ?? null;
      return sight === null ? null : pulseOf(sight);
    },
    notifyWhenFree(folder) {
      if (awaited.has(folder.id)) return false;
      readOften(folder);
      return true;
    },
    follow(folder, lease) {
      remindOf(folder, lease, REMIND_MS / 60_000);
      lease.signal.addEventListener('abort', () => void tellLost(folder, lease), { once: true });
    },
    dispose() {
      isOver = true;
      following.dispose();
      for (const cancel of [...timers, ...awaited.values()]) cancel();
    },
  };
}

function statusOf(folder: Folder) {
  const state = folder.state();
  return state.kind === 'active' ? state.status : null;
}

function isHeld(folder: Folder, lease: HeldLease): boolean {
  const now = statusOf(folder)?.lease;
  return now?.ours === 'this-process' && now.record.nonce === lease.record.nonce;
}
