import type { SyncStatus } from '../../core/status/sync-status.ts';
import { said, t } from '../l10n.ts';
import { ago } from '../render/ago.ts';
import { leaseFacts } from '../render/lease-text.ts';
import type { Pulse } from './pulse.ts';

export type LockDeed = 'hold' | 'release' | 'notify' | 'force';

/** One line of the explanation. */
export interface LockItem {
  readonly label: string;
  readonly description: string;
  /** Null: a fact. */
  readonly does: LockDeed | null;
}

/**
 * Who, where, for what, since when, alive or silent; then what can be done. The same for every holder, whatever its tool. `now` in
 * milliseconds since 1970; `failure`: why it could not be read now, null where it was.
 */
export function lockItems(
  { lease, seenAt }: Pick<SyncStatus, 'lease' | 'seenAt'>,
  pulse: Pulse | null,
  now: number,
  failure: string | null = null,
): readonly LockItem[] {
  if (seenAt === null) return [unknownItem(failure), notify()];
  const asOf = failure === null ? [] : [fact(`$(warning) ${t('As of {0}.', ago(seenAt, now))}`, said(failure))];
  return [...asOf, ...(lease === null ? freeItems(failure !== null) : heldItems(lease, pulse, now))];
}

const unknownItem = (failure: string | null): LockItem =>
  fact(
    `$(question) ${t('Not known')}`,
    failure === null ? t('It was not read yet.') : t('It could not be read: {0}', said(failure)),
  );

function freeItems(isOld: boolean): readonly LockItem[] {
  const free = t('Nobody is writing. A sync takes the lock by itself, and gives it back.');
  return [
    fact(`$(unlock) ${t('Free')}`, isOld ? t('Nobody was writing then.') : free),
    deed('lock', t('Hold Lock…'), t('Nobody else writes until you release it.'), 'hold'),
  ];
}

function heldItems(lease: NonNullable<SyncStatus['lease']>, pulse: Pulse | null, now: number): readonly LockItem[] {
  const facts = leaseFacts(lease.record, now).map(({ name, value }) => fact(`$(blank) ${name}`, value));
  return [...facts, pulseItem(pulse, lease.record.ttlMs), ...deeds(lease.ours)];
}

function pulseItem(pulse: Pulse | null, ttlMs: number): LockItem {
  const seconds = Math.round(ttlMs / 1000);
  switch (pulse) {
    case 'alive':
      return fact(`$(pulse) ${t('Alive')}`, t('Its heartbeat was seen to move.'));
    case 'silent':
      return fact(
        `$(warning) ${t('Silent')}`,
        t('No heartbeat for {0} s or longer: whoever wants the lock next takes it over by itself.', seconds),
      );
    case 'watching':
    case null:
      return fact(`$(eye) ${t('Watching')}`, t('Whether its heartbeat moves is known within {0} s.', seconds));
  }
}

function deeds(ours: NonNullable<SyncStatus['lease']>['ours']): readonly LockItem[] {
  const release = deed('unlock', t('Release Lock'), t('Others can write again.'), 'release');
  if (ours === 'this-process') return [release];
  const force = deed(
    'warning',
    t('Force-Release…'),
    t('Asks first. Only when you know that its holder is gone.'),
    'force',
  );
  return ours === 'this-workspace' ? [release, notify(), force] : [notify(), force];
}

const notify = (): LockItem => deed('bell', t('Notify Me When Free'), t('One message, as soon as it is.'), 'notify');

const fact = (label: string, description: string): LockItem => ({ label, description, does: null });
const deed = (icon: string, label: string, description: string, does: LockDeed): LockItem => ({
  label: `$(${icon}) ${label}`,
  description,
  does,
});
