import type { Config } from '../../core/config/config.ts';
import { type FolderHealth, healthText } from '../../core/doctor/folder-health.ts';
import type { SyncStatus } from '../../core/status/sync-status.ts';
import { said, t } from '../l10n.ts';
import { ago } from './ago.ts';
import { failureTitle } from './failure-title.ts';
import { placeText } from './place-text.ts';
import { type Row, row } from './row.ts';
import { failureRow, leaseRow, sourceRow } from './shared-rows.ts';

/** The Status view of a folder used in place. `health` null: not known yet. `now` in milliseconds since 1970. */
export function inPlaceRows(
  config: Config,
  status: SyncStatus,
  health: FolderHealth | null,
  now: number,
): readonly Row[] {
  const { failure, seenAt, latencyMs } = status;
  const read =
    seenAt === null
      ? ''
      : latencyMs === null
        ? t('Lock read {0}.', ago(seenAt, now))
        : t('Lock read {0} in {1} ms.', ago(seenAt, now), latencyMs);
  return [
    ...(failure === null
      ? []
      : [{ ...failureRow({ title: failureTitle(failure.kind), ...failure }), context: 'failure-in-place' }]),
    leaseRow(status, now),
    row(
      'place',
      t('Folder'),
      placeText(config),
      'folder',
      `${t('Used in place: nothing to sync.')}\n${placeText(config)}`,
    ),
    ...(health === null ? [] : [row('health', t('Health'), said(healthText(health)), 'pulse', read)]),
    sourceRow(config),
  ];
}
