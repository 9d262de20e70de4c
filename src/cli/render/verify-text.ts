import { isIdentityVeto, vetoMessage } from '../../core/plan/safety.ts';
import type { VerifyReport } from '../../core/verify/verify-report.ts';
import { outlook, type ToldLine, verifyWords } from '../../core/verify/verify-words.ts';
import { type Paint, safeText } from './paint.ts';

const MOST = 20;

/** The report for people; `repair`: it was tried already. */
export function verifyLines(report: VerifyReport, repair: boolean, paint: Paint): string[] {
  const lines = verifyWords(report, MOST).map((told) => toldLine(told, paint));
  const hints = hintsFor(report, repair);
  return hints.length === 0 ? lines : [...lines, '', ...hints];
}

/** One line in the colour of its tone. */
export function toldLine({ tone, text }: ToldLine, paint: Paint): string {
  const safe = safeText(text);
  return tone === 'plain' || safe === '' ? safe : paint[tone](safe);
}

function hintsFor(report: VerifyReport, repair: boolean): string[] {
  const what = outlook(report);
  const hints: string[] = [];
  if (what === null) return hints;
  if (!repair && what !== 'none') hints.push('Put in order what a good side has: datastore verify --repair');
  if (what !== 'all')
    hints.push(
      'What nobody here has: repair it from a workspace that has it, or restore the',
      'objects in the bucket, where versioning keeps them.',
    );
  return hints;
}

/** `--json`: the report, vetoes spelled out. */
export function verifyDocument(report: VerifyReport): Record<string, unknown> {
  return { ...report, vetoes: report.vetoes.map((veto) => ({ ...veto, ...vetoMessage(veto) })) };
}

/** Whether what was verified is sure to be the remote that this root belongs to. */
export const isInDoubt = ({ vetoes }: VerifyReport): boolean => vetoes.some(isIdentityVeto);
