import { EXIT_CODES, type SyncErrorKind } from '../errors.ts';
import { countText } from '../quantities.ts';

export type DoctorTopic =
  | 'configuration'
  | 'set-up'
  | 'shared folder'
  | 'in use'
  | 'credentials'
  | 'proxy'
  | 'reachability'
  | 'region'
  | 'clock'
  | 'permissions'
  | 'datastore'
  | 'lease'
  | 'safe writes'
  | 'versioning'
  | 'encryption'
  | 'watching'
  | 'state folder'
  | 'base'
  | 'staging'
  | 'free space';

/** One thing a checkup looked at. Neither text nor remedy carries a secret. */
export interface DoctorLine {
  readonly topic: DoctorTopic;
  /** `note`: nothing is wrong, or it could not be found out. */
  readonly level: 'ok' | 'note' | 'warning' | 'problem';
  readonly text: string;
  /** What the person can do; null where there is nothing to do. */
  readonly remedy: string | null;
  /** Of a problem: what a sync would fail with. */
  readonly kind?: SyncErrorKind;
}

export const fine = (topic: DoctorTopic, text: string): DoctorLine => ({ topic, level: 'ok', text, remedy: null });

export const note = (topic: DoctorTopic, text: string, remedy: string | null = null): DoctorLine => ({
  topic,
  level: 'note',
  text,
  remedy,
});

export const warning = (topic: DoctorTopic, text: string, remedy: string): DoctorLine => ({
  topic,
  level: 'warning',
  text,
  remedy,
});

export const problem = (topic: DoctorTopic, kind: SyncErrorKind, text: string, remedy: string): DoctorLine => ({
  topic,
  level: 'problem',
  text,
  remedy,
  kind,
});

/** 0 without a problem; else the code a sync would end with: the first of 2, 6, 5, 4, 1. */
export function doctorCode(lines: readonly DoctorLine[]): number {
  const codes: readonly number[] = lines.flatMap(({ level, kind }) =>
    level === 'problem' ? [EXIT_CODES[kind ?? 'failed']] : [],
  );
  return [2, 6, 5, 4, 1].find((code) => codes.includes(code)) ?? 0;
}

/** `2 problems, 1 warning.` */
export function doctorSummary(lines: readonly Pick<DoctorLine, 'level'>[]): string {
  const count = (level: DoctorLine['level']): number => lines.filter((line) => line.level === level).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  const parts = [
    problems > 0 ? countText(problems, 'problem') : '',
    warnings > 0 ? countText(warnings, 'warning') : '',
  ].filter(Boolean);
  return parts.length === 0 ? 'All is well.' : `${parts.join(', ')}.`;
}
