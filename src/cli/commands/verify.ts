import { vetoMessage } from '../../core/plan/safety.ts';
import { countText } from '../../core/quantities.ts';
import type { VerifyReport } from '../../core/verify/verify-report.ts';
import { COMMON, type Command, type CommandContext, type Outcome, RATES } from '../command.ts';
import type { Failure } from '../failure.ts';
import { isInDoubt, verifyDocument, verifyLines } from '../render/verify-text.ts';

export const verifyCommand: Command = {
  name: 'verify',
  usage: '',
  summary: 'read every byte on both sides and report what is damaged',
  details: [
    'Streams and hashes every committed content and every file here, whatever its times say, and compares both with the index and with what was last in step. Changes that a sync would carry out are no damage. The exit code is 1 while anything is damaged.',
    '--repair puts in order what a good side has: damaged contents of the remote are sent again and named by a new commit (nothing there is overwritten), a file that rotted here comes anew from the remote, and what stood there stays beside it as a conflict copy.',
  ],
  flags: ['repair', 'wait', ...RATES, 'json', ...COMMON],
  positionals: { least: 0, most: 0, words: '' },
  passes: false,
  writes: (flags) => flags.repair === true,
  run: (context) => context.limited((signal) => verify(context, signal)),
};

async function verify(context: CommandContext, signal: AbortSignal): Promise<Outcome> {
  const { flags, paint, reporter } = context;
  const repair = flags.repair === true;
  const datastore = await context.open();
  const purpose = repair ? 'verify --repair' : 'verify';
  const report = await datastore.verify({ repair, purpose, signal, onProgress: reporter.progress });
  reporter.done();
  const left = leftOf(report);
  return {
    code: left?.code ?? 0,
    document: { ...verifyDocument(report), ...(left === null ? {} : { error: left.failure }) },
    lines: verifyLines(report, repair, paint),
  };
}

function leftOf(report: VerifyReport): { readonly code: number; readonly failure: Failure } | null {
  const [veto] = report.vetoes;
  if (veto !== undefined && isInDoubt(report)) return { code: 6, failure: { kind: 'veto', ...vetoMessage(veto) } };
  const count = report.drift.length;
  if (count === 0) return null;
  const isMendable = report.drift.some(({ good }) => good !== null);
  return {
    code: 1,
    failure: {
      kind: 'problems',
      message: `${countText(count, 'path')} damaged or unreadable`,
      remedy: isMendable
        ? 'See drift; --repair puts in order what a good side has.'
        : 'See drift; repair it from a workspace that has the right bytes, or restore the objects in the bucket.',
    },
  };
}
