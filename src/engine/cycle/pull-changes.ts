import type { StepKind } from '../../core/plan/plan.ts';
import type { RegisterState } from '../remote/register.ts';
import { applyToDisk } from './apply.ts';
import { markNewRoot, noteDone } from './cycle-notes.ts';
import type { Run } from './run.ts';
import type { Sight } from './sight.ts';

const TOUCHES_DISK: ReadonlySet<StepKind> = new Set(['download', 'delete-local', 'keep-both']);

/**
 * The half of a plan that needs no lease: base-only steps, then the disk. What came last is durable there, and in the base with `noteDone`;
 * until then the run's intents tell of it. `again`: something moved meanwhile, look once more.
 */
export async function pullChanges(
  run: Run,
  sight: Pick<Sight, 'plan' | 'scan'>,
  state: RegisterState,
): Promise<{ readonly again: boolean }> {
  const { parts, options, ledger, tally } = run;
  if (sight.plan.steps.some(({ kind }) => kind === 'adopt')) await markNewRoot(run);
  for (const step of sight.plan.steps) {
    if (step.kind === 'forget') ledger.advance([], [step.path]);
    if (step.kind === 'adopt' && step.local) {
      ledger.advance(
        [{ path: step.path, sha256: step.local.sha256, stamp: step.local.stamp, seenAt: sight.scan.at }],
        [],
      );
      tally.add({ adopted: 1 });
    }
  }
  const steps = sight.plan.steps.filter((step) => TOUCHES_DISK.has(step.kind));
  if (steps.length === 0) return { again: false };
  tally.phase(
    'downloading',
    steps.length,
    steps.reduce((sum, step) => sum + (step.kind === 'delete-local' ? 0 : (step.remote?.size ?? 0)), 0),
  );
  await parts.base.setOpenRun(run.id);
  const applied = await applyToDisk(
    {
      ...parts,
      files: run.files,
      scannedAt: sight.scan.at,
      conflictSuffix: run.conflictSuffix,
      signal: options.signal,
      onBytes: tally.bytes,
      onFile: tally.file,
      onChange: () => markNewRoot(run),
      async record(advanced, forgotten, isLast) {
        ledger.advance(advanced, forgotten);
        if (!isLast) await ledger.save();
      },
    },
    steps,
  );
  tally.add({ downloaded: applied.downloaded, deletedLocal: applied.deleted });
  tally.problems(applied.problems);
  tally.problems(applied.missing);
  tally.problems(applied.moved.map((path) => ({ path, reason: 'it keeps changing; left for the next sync' })));
  if (applied.missing.length > 0) await noteDone(run);
  const collected =
    applied.missing.length > 0 &&
    (await parts.register.read(options.signal)).head?.commit?.id !== state.head?.commit?.id;
  // A kept copy is a new file here: it belongs on the remote too.
  const copied = options.direction !== 'pull' && steps.some((step) => step.kind === 'keep-both');
  return { again: applied.moved.length > 0 || collected || copied };
}
