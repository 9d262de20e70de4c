import type { Config } from '../../core/config/config.ts';
import { type FolderHealth, healthText } from '../../core/doctor/folder-health.ts';
import { agoText } from '../../core/quantities.ts';
import type { SyncStatus } from '../../core/status/sync-status.ts';
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
    seenAt === null ? '' : `Lock read ${agoText(seenAt, now)}${latencyMs === null ? '' : ` in ${latencyMs} ms`}.`;
  return [
    ...(failure === null ? [] : [failureRow({ title: failureTitle(failure.kind), ...failure })]),
    leaseRow(status, now),
    row('place', 'Folder', placeText(config), 'folder', `Used in place: nothing to sync.\n${placeText(config)}`),
    ...(health === null ? [] : [row('health', 'Health', healthText(health), 'pulse', read)]),
    sourceRow(config),
  ];
}
