import type { LeaseHolder } from '../format/lease-holder.ts';
import { agoText, durationText } from '../quantities.ts';
import type { Asked } from './doctor-facts.ts';
import { type DoctorLine, fine, note, problem, warning } from './doctor-line.ts';
import { type FolderHealth, SKEW_SEEN_MS, skewOf, skewText } from './folder-health.ts';

/** A datastore that is a folder used in place, as far as it could be asked. */
export interface FolderFacts {
  readonly health: Asked<FolderHealth>;
  /** Null: the lock is free. `isGone`: of a process of this host that lives no more. */
  readonly lock: Asked<{ readonly by: LeaseHolder; readonly isGone: boolean } | null>;
}

const SLOW_MS = 1000;

/** Latency, writing and the clock of the file server, then the lock. `now` in milliseconds since 1970. */
export function judgeFolder({ health, lock }: FolderFacts, now: number): readonly DoctorLine[] {
  const lines = health.ok ? healthLines(health.value) : [failed('reachability', health.problem)];
  return [...lines, lock.ok ? lockLine(lock.value, now) : failed('lease', lock.problem)];
}

function healthLines({ readMs, written }: FolderHealth): readonly DoctorLine[] {
  const slowest = Math.max(readMs, written.ok ? written.value.ms : 0);
  const said = `its names were read in ${durationText(readMs)}${written.ok ? `, a file was written and removed in ${durationText(written.value.ms)}` : ''}`;
  const reach =
    slowest < SLOW_MS
      ? fine('reachability', said)
      : warning('reachability', `${said}: slow`, 'Look at the network, or at the load of the file server.');
  if (!written.ok) {
    const { kind, message, remedy } = written.problem;
    return [reach, problem('permissions', kind, `a file could not be written: ${message}`, remedy)];
  }
  const skew = skewOf(written.value);
  const clock =
    Math.abs(skew) < SKEW_SEEN_MS
      ? fine('clock', "agrees with the file server's")
      : warning(
          'clock',
          skewText(skew),
          'Set the clock of this machine or of the server: ages are shown wrongly, and programs that compare times of files go wrong. The lock does not rest on it.',
        );
  return [reach, fine('permissions', 'a file was written and removed'), clock];
}

function lockLine(lock: { readonly by: LeaseHolder; readonly isGone: boolean } | null, now: number): DoctorLine {
  if (lock === null) return fine('lease', 'free');
  const { holder, hostname, pid, purpose, renewedAt } = lock.by;
  const beat = Date.parse(renewedAt);
  const seen = Number.isNaN(beat) ? '' : `, last heartbeat ${agoText(beat, now)} by its clock`;
  const who = `held by ${holder} (process ${pid} on ${hostname}${purpose === null ? '' : `: ${purpose}`})${seen}`;
  return lock.isGone ? note('lease', `${who}; gone, and taken over by the next who needs it`) : note('lease', who);
}

const failed = (topic: DoctorLine['topic'], trouble: Extract<FolderFacts['health'], { ok: false }>['problem']) =>
  problem(topic, trouble.kind, trouble.message, trouble.remedy);
