import { agoText, bytesText, countText } from '../quantities.ts';
import { keptRemedy } from '../setup/kept-text.ts';
import type { BaseFacts, KeptFacts, SpaceFacts, StagingFacts, StateFacts, WatchFacts } from './doctor-facts.ts';
import { type DoctorLine, fine, note, problem, warning } from './doctor-line.ts';

export function judgeWatching({ limit, used, needed }: WatchFacts): DoctorLine {
  const folders = countText(needed, 'folder');
  if (limit === null) return fine('watching', `${folders}; this system names no limit`);
  const said = `${folders} to watch; ${used} of ${limit} watches are taken`;
  const free = limit - used;
  if (needed > free)
    return warning(
      'watching',
      `${said}: too few are left, and changes are found by the periodic scan`,
      'Raise fs.inotify.max_user_watches, or exclude folders.',
    );
  if (needed > free * 0.8) return warning('watching', `${said}: little is left`, 'Raise fs.inotify.max_user_watches.');
  return fine('watching', said);
}

export function judgeState({ folder, writable, bytes }: StateFacts): DoctorLine {
  if (!writable)
    return problem('state folder', 'local', `${folder} may not be written`, 'Check its owner, or set XDG_STATE_HOME.');
  return fine('state folder', `${folder} (${bytesText(bytes)})`);
}

/** `now` in milliseconds since 1970. */
export function judgeBase(facts: BaseFacts, now: number): readonly DoctorLine[] {
  const lines = [recordLine(facts, now)];
  const { conflicts, problems, unsettled } = facts;
  if (unsettled > 0)
    lines.push(note('base', `of ${countText(unsettled, 'commit')} it is not known whether the store took it`, SYNC));
  const open = [
    conflicts > 0 ? countText(conflicts, 'conflict') : '',
    problems > 0 ? `${countText(problems, 'path')} left alone` : '',
  ].filter(Boolean);
  if (open.length > 0)
    lines.push(
      warning('base', `the last sync left ${open.join(' and ')}`, 'See `datastore sync` and `datastore conflicts`.'),
    );
  return lines;
}

const SYNC = 'Sync: it is settled first.';

function recordLine({ record, marked, files, lastSyncAt }: BaseFacts, now: number): DoctorLine {
  const lost = 'The next sync asks before it joins both sides; nothing is deleted then.';
  switch (record) {
    case 'damaged':
      return warning('base', 'the record of what was in step cannot be read', lost);
    case 'other':
      return marked
        ? warning('base', 'this folder was in step with another remote', lost)
        : note('base', 'the record here is of another remote');
    case 'none':
      return marked
        ? warning('base', 'this folder was in step before, and the record of it is gone', lost)
        : note('base', 'never in step yet');
    case 'fine':
      if (!marked && files > 0)
        return warning(
          'base',
          `${countText(files, 'file')} in step, and the folder that was is not there, or another one is in its place`,
          'Bring it back, or mount it; a sync asks before it deletes.',
        );
      return fine(
        'base',
        `${countText(files, 'file')} in step${lastSyncAt === null ? '' : `, last sync ${agoText(lastSyncAt, now)}`}`,
      );
  }
}

export function judgeStaging({ runs, files, bytes, oldest, died }: StagingFacts, now: number): DoctorLine {
  if (died)
    return note('staging', 'a sync that was killed has left files half-way', 'Sync: they are put in order first.');
  if (runs === 0) return fine('staging', 'nothing is left over');
  const kept = `${countText(files, 'replaced file')} kept (${bytesText(bytes)})`;
  return fine(
    'staging',
    `${kept}, since ${oldest === null ? 'some time' : agoText(oldest, now)}: to be had back for 14 days by: datastore undo`,
  );
}

export function judgeKept({ folder, files, bytes }: KeptFacts): DoctorLine {
  if (files === 0) return fine('staging', 'nothing is left over');
  const kept = `${countText(files, 'replaced file')} kept (${bytesText(bytes)})`;
  return note('staging', `${kept} from before the folder was used in place`, keptRemedy(files, folder));
}

const FULL = 64 << 20;
const LOW = 1 << 30;

export function judgeSpace({ folder, free }: SpaceFacts): DoctorLine {
  const said = `${bytesText(free)} free for ${folder}`;
  if (free < FULL) return problem('free space', 'local', said, 'Make room on that disk.');
  if (free < LOW) return warning('free space', said, 'Make room: what comes down is staged beside what it replaces.');
  return fine('free space', said);
}
