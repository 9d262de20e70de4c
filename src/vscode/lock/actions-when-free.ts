import type { Folder } from '../folder.ts';
import { t } from '../l10n.ts';
import type { Action } from '../notices.ts';
import { asTarget } from '../views/target.ts';

/** What a person waits for a lock for. */
export function actionsWhenFree(folder: Folder): readonly Action[] {
  const on = asTarget({ folder });
  return [
    { label: t('Hold Lock…'), run: 'datastore.holdLock', on },
    { label: t('Sync Now'), run: 'datastore.sync', on },
  ];
}
