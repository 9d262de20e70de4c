import type { Config } from '../../core/config/config.ts';
import type { Whose } from '../../core/format/lease-holder.ts';
import { isCutOff } from '../../core/status/cut-off.ts';
import type { SyncStatus } from '../../core/status/sync-status.ts';
import { said, t } from '../l10n.ts';
import { ago } from './ago.ts';
import { leaseFacts, leaseText } from './lease-text.ts';
import { COLOURS, type Row, row } from './row.ts';

/* Rows of the Status view of every folder, whatever its backend. */

export function failureRow(failure: {
  readonly title: string;
  readonly message: string;
  readonly remedy: string;
  readonly kind?: string;
}): Row {
  const { title, kind } = failure;
  const [message, remedy] = [said(failure.message), said(failure.remedy)];
  return row('failure', title, remedy, 'error', `${message}\n${remedy}`, {
    colour: COLOURS.error,
    context: failureContext(kind),
    spoken: `${title}: ${message}. ${remedy}`,
  });
}

/** By what can be done about it: only the lock of this window is given back without a question. */
const LEASE_CONTEXTS: Readonly<Record<Whose, string>> = {
  'this-process': 'lease-ours',
  'this-workspace': 'lease-workspace',
  no: 'lease-other',
};

/** Who holds the lock, as of when: what was read before the store went out of reach may be over. `now` in milliseconds since 1970. */
export function leaseRow(status: SyncStatus, now: number): Row {
  const { lease, seenAt, progress } = status;
  const asOf = seenAt === null ? '' : t('As of {0}.', ago(seenAt, now));
  const newer = lease?.ours === 'this-process' ? null : sinceRead(progress);
  if (newer !== null) return row('lease', t('Lock'), newer.text, 'lock', asOf, { context: newer.context });
  const isOld = seenAt !== null && isUnread(status);
  const known = seenAt === null ? t('not known yet') : leaseText(lease, now);
  const text = isOld ? t('{0}, as of {1}', known, ago(seenAt, now)) : known;
  const context = lease === null ? 'lease-free' : LEASE_CONTEXTS[lease.ours];
  const free = seenAt === null || isOld ? 'question' : 'unlock';
  const top = row('lease', t('Lock'), text, lease === null ? free : 'lock', asOf, { context });
  if (lease === null) return top;
  const children = leaseFacts(lease.record, now).map(({ name, value }) =>
    row(`lease-${name}`, name, value, 'blank', `${name}: ${value}`),
  );
  return { ...top, children };
}

/** A folder used in place has nothing else that could fail. */
const isUnread = ({ failure, inPlace }: SyncStatus): boolean => (inPlace ? failure !== null : isCutOff(failure?.kind));

/** What a cycle under way has found of the lock since it was last read; null: nothing. */
function sinceRead(progress: SyncStatus['progress']): { readonly text: string; readonly context: string } | null {
  switch (progress?.phase) {
    case 'uploading':
    case 'committing':
      return { text: t('this window is writing'), context: 'lease-busy' };
    case 'waiting':
      return progress.holder === undefined ? null : { text: progress.holder, context: LEASE_CONTEXTS.no };
    default:
      return null;
  }
}

export function sourceRow({ source }: Config): Row {
  return row('source', t('Set by'), source === 'default' ? t('the folder .swamp') : source, 'gear', '', {
    context: 'source',
    source,
  });
}

/** By what helps: signing in, looking at the plan, or trying again. */
function failureContext(kind: string | undefined): string {
  if (kind === 'broken') return 'failure-broken';
  if (kind === 'credentials') return 'failure-credentials';
  return kind === 'veto' || kind === 'foreign' || kind === 'corrupt' ? 'failure-veto' : 'failure';
}
