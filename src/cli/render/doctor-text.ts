import type { DoctorLine } from '../../core/doctor/doctor-line.ts';
import { type DoctorPlace, doctorWords } from '../../core/doctor/doctor-words.ts';
import { type Paint, safeText } from './paint.ts';

/** The report for a terminal of 80 columns; without colours it is what one copies into a question. */
export function doctorLines(place: DoctorPlace, lines: readonly DoctorLine[], paint: Paint): string[] {
  const safe = lines.map((line) => ({
    ...line,
    text: safeText(line.text),
    remedy: line.remedy === null ? null : safeText(line.remedy),
  }));
  const tint = (level: DoctorLine['level'], text: string): string => paint[TINTS[level]](text);
  return [...doctorWords({ ...place, workspace: safeText(place.workspace) }, safe, 80, tint)];
}

const TINTS: Readonly<Record<DoctorLine['level'], keyof Paint>> = {
  ok: 'good',
  note: 'dim',
  warning: 'attention',
  problem: 'bad',
};
