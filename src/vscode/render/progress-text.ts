import { bytesText, durationText } from '../../core/quantities.ts';
import { timeLeft } from '../../core/status/rate.ts';
import type { Phase, Progress } from '../../core/status/sync-report.ts';
import { t } from '../l10n.ts';

/** `uploading 12/40, 3 MB of 9 MB, 20 s left`, as far as it is known. `rate` in bytes a second; null: not known yet. */
export function progressText(progress: Progress, rate: number | null): string {
  const { phase, files, totalFiles, bytes, totalBytes, holder, patienceMs } = progress;
  if (phase === 'waiting' && holder !== undefined) return t('waiting for {0}', holder);
  const left = timeLeft(progress, rate);
  return [
    phaseText(phase),
    totalFiles > 0 ? `${files}/${totalFiles}` : '',
    totalBytes > 0 ? t('{0} of {1}', bytesText(bytes), bytesText(totalBytes)) : '',
    left === null ? '' : t('{0} left', durationText(left)),
    patienceMs === undefined ? '' : t('the store asks for patience, {0}', durationText(patienceMs)),
  ]
    .filter(Boolean)
    .join(', ');
}

function phaseText(phase: Phase): string {
  switch (phase) {
    case 'connecting':
      return t('connecting');
    case 'waiting':
      return t('waiting for the lock');
    case 'scanning':
      return t('scanning');
    case 'planning':
      return t('planning');
    case 'verifying':
      return t('verifying');
    case 'copying':
      return t('copying');
    case 'downloading':
      return t('downloading');
    case 'uploading':
      return t('uploading');
    case 'committing':
      return t('committing');
    case 'collecting':
      return t('collecting garbage');
    case 'done':
      return t('done');
  }
}
