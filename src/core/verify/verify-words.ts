import { vetoMessage } from '../plan/safety.ts';
import { bytesText, countText, durationText } from '../quantities.ts';
import type { Drift, DriftKind, Good, PendingCounts, VerifyReport } from './verify-report.ts';

/** A line of a report, and how it is meant. */
export interface ToldLine {
  readonly tone: 'plain' | 'good' | 'bad' | 'attention';
  readonly text: string;
}

/** What was verified, found and repaired, in lines of mostly 80 characters. At most `most` of each list. */
export function verifyWords(report: VerifyReport, most: number): readonly ToldLine[] {
  const { drift, repaired, notices, vetoes } = report;
  return [
    ...summary(report),
    ...list('good', `Repaired ${countText(repaired.length, 'path')}:`, repaired, most, repairedText),
    ...list('bad', `${countText(drift.length, 'path')} damaged:`, drift, most, driftText),
    ...notices.map(({ path, reason }) => line('attention', `${path}: ${reason}`)),
    ...vetoes.flatMap((veto) => {
      const { message, remedy } = vetoMessage(veto);
      return [line('bad', `A sync would stop for safety: ${message}`), line('plain', remedy)];
    }),
  ];
}

/** Whether everything that is damaged can be repaired from here; null: nothing is damaged. */
export function outlook({ drift }: VerifyReport): 'all' | 'some' | 'none' | null {
  if (drift.length === 0) return null;
  const mendable = drift.filter(({ good }) => good !== null).length;
  return mendable === drift.length ? 'all' : mendable === 0 ? 'none' : 'some';
}

function summary(report: VerifyReport): readonly ToldLine[] {
  const { generation, remoteFiles, remoteBytes, localFiles, localBytes, drift, ms } = report;
  const here = `${countText(localFiles, 'file')} here (${bytesText(localBytes)}), in ${durationText(ms)}.`;
  const there = `${countText(remoteFiles, 'file')} there (${bytesText(remoteBytes)}, generation ${generation})`;
  const read = generation === null ? `Nothing is committed yet. Read ${here}` : `Read ${there}, ${here}`;
  return [
    line('plain', read),
    ...(drift.length === 0 ? [line('good', 'Every byte is as index and base name it.')] : []),
    ...pendingLine(report.pending),
  ];
}

function pendingLine({ upload, download, deleteRemote, deleteLocal, conflicts, held }: PendingCounts): ToldLine[] {
  const parts = [
    upload > 0 ? `${upload} up` : '',
    download > 0 ? `${download} down` : '',
    deleteRemote > 0 ? `${deleteRemote} to delete there` : '',
    deleteLocal > 0 ? `${deleteLocal} to delete here` : '',
    conflicts > 0 ? countText(conflicts, 'conflict') : '',
    held > 0 ? `${held} left alone` : '',
  ].filter(Boolean);
  return parts.length === 0 ? [] : [line('plain', `Pending, which is no damage: ${parts.join(', ')}.`)];
}

function list(
  tone: ToldLine['tone'],
  title: string,
  drift: readonly Drift[],
  most: number,
  tell: (drift: Drift) => readonly string[],
): readonly ToldLine[] {
  if (drift.length === 0) return [];
  const hidden = drift.length - most;
  return [
    line('plain', ''),
    line(tone, title),
    ...drift.slice(0, most).flatMap((one) => tell(one).map((text) => line('plain', `  ${text}`))),
    ...(hidden > 0 ? [line('plain', `  … and ${hidden} more (all with --json)`)] : []),
  ];
}

const SIDES: Readonly<Record<DriftKind, string>> = {
  'record-damaged': 'the index on the remote',
  'entry-refused': 'its entry on the remote is refused',
  'remote-missing': 'on the remote',
  'remote-damaged': 'on the remote',
  'remote-unreadable': 'on the remote, not known',
  'rotten-here': 'here',
  'unreadable-here': 'here, not known',
};

const driftText = ({ kind, path, reason, good }: Drift): readonly string[] => [
  shortened(path),
  `  ${SIDES[kind]}: ${shortened(reason)}`,
  ...(kind === 'remote-unreadable' || kind === 'unreadable-here' || kind === 'entry-refused'
    ? []
    : [`  the right bytes: ${goodText(good, path)}`]),
];

const repairedText = ({ kind, path, good }: Drift): readonly string[] => [
  shortened(path),
  kind === 'rotten-here'
    ? '  fetched anew; what stood there stays as a conflict copy'
    : `  written anew, with the bytes that are ${goodText(good, path)}`,
];

function goodText(good: Good | null, path: string): string {
  switch (good?.side) {
    case undefined:
      return 'nobody here has them';
    case 'kept':
      return 'kept in the state folder';
    case 'here':
    case 'there': {
      const where = good.side === 'here' ? 'here' : 'on the remote';
      return good.path === path ? where : `${where}, under ${good.path}`;
    }
  }
}

/** Names of objects are long hashes, which tell people nothing. */
const shortened = (text: string): string => text.replaceAll(/([0-9a-f]{12})[0-9a-f]{52}/g, '$1…');

const line = (tone: ToldLine['tone'], text: string): ToldLine => ({ tone, text });
