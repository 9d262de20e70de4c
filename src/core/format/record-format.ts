import { isShallow } from './fields.ts';
import type { RecordProblem } from './records.ts';

const FORMAT = 1;

/** Null when the record is of our format. */
export function refuseFormat(fields: Readonly<Record<string, unknown>> | null, name: string): RecordProblem | null {
  if (fields === null) return { kind: 'corrupt', message: `${name} is not a JSON object` };
  const format = fields['format'];
  if (format === FORMAT && isShallow(fields)) return null;
  if (format === FORMAT) return { kind: 'corrupt', message: `${name} is nested too deeply` };
  if (typeof format === 'number' && format > FORMAT) {
    return { kind: 'newer-format', message: `${name} is of format ${format}, and this version reads format ${FORMAT}` };
  }
  return { kind: 'corrupt', message: `${name} has no format` };
}
