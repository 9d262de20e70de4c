import type { SyncReport } from '../../core/status/sync-report.ts';
import { counted, t } from '../l10n.ts';

/** What a cycle came to, in one line: `2 files uploaded, 1 file deleted`. */
export function reportText({
  uploaded,
  downloaded,
  deletedLocal,
  deletedRemote,
}: Pick<SyncReport, 'uploaded' | 'downloaded' | 'deletedLocal' | 'deletedRemote'>): string {
  const deleted = deletedLocal + deletedRemote;
  const parts = [
    uploaded > 0 ? counted(uploaded, '{0} file uploaded', '{0} files uploaded') : '',
    downloaded > 0 ? counted(downloaded, '{0} file downloaded', '{0} files downloaded') : '',
    deleted > 0 ? counted(deleted, '{0} file deleted', '{0} files deleted') : '',
  ].filter(Boolean);
  return parts.length === 0 ? t('Nothing to transfer') : parts.join(', ');
}
