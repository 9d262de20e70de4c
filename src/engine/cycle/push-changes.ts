import { SyncError } from '../../core/errors.ts';
import type { Step } from '../../core/plan/plan.ts';
import type { RegisterState } from '../remote/register.ts';
import { markNewRoot } from './cycle-notes.ts';
import { push, type Ticket } from './push.ts';
import type { Run } from './run.ts';
import type { Sight } from './sight.ts';
import { isSmall, leaseTicket, smallPushTicket } from './ticket.ts';
import { prepareWriting, writeUnderLease } from './writing.ts';

/** Small pushes that may lose before the lease is taken. */
const SMALL_LOSSES = 3;
/** Under a lease nothing can be lost, so this many losses in all mean a store that lies. */
const MAX_LOSSES = 8;

/**
 * The half of a plan that writes to the remote. What is committed is in the base with `noteDone`; until then the journal tells of it.
 * `again`: another commit came first, or files moved; plan once more.
 */
export async function pushChanges(run: Run, sight: Sight, state: RegisterState): Promise<{ readonly again: boolean }> {
  const { parts, options, ledger, tally } = run;
  const steps = sight.plan.steps.filter(isPushed);
  if (steps.length === 0) return { again: false };
  const held = run.lease;
  if (held === null && run.losses < SMALL_LOSSES && isSmall(steps, state))
    await prepareWriting(parts, ledger, state, options.signal);
  else await writeUnderLease(run, state, 'sync');
  const at = run.lease === held ? state : await parts.register.read(options.signal);
  if (at.head?.commit?.id !== state.head?.commit?.id) return { again: true };
  tally.phase(
    'uploading',
    steps.length,
    steps.reduce((sum, step) => sum + bytesOf(step), 0),
  );
  const ticket = run.lease ? leaseTicket(run.lease, at, options.signal) : smallPushTicket(parts, at, options.signal);
  const pushed = await push(
    {
      ...parts,
      log: parts.remoteLog,
      files: run.files,
      onBytes: tally.bytes,
      onFile: tally.file,
      onCommit: () => tally.phase('committing'),
    },
    markingFirst(run, ticket),
    sight.view,
    steps,
    sight.scan,
  ).catch((error: unknown) => {
    // A lost lease breaks off what is under way; the loss is what happened, not the breaking off.
    throw run.lease?.signal.aborted === true ? run.lease.signal.reason : error;
  });
  if (pushed.kind === 'lost') {
    run.lease?.assertValid();
    run.losses += 1;
    if (run.losses >= MAX_LOSSES) {
      throw new SyncError('locked', 'others commit faster than this workspace can', 'Sync again in a while.');
    }
    return { again: true };
  }
  tally.problems(pushed.problems);
  tally.problems(pushed.moved.map((path) => ({ path, reason: 'it keeps changing; left for the next sync' })));
  if (pushed.kind === 'committed') {
    ledger.advance(pushed.advanced, pushed.forgotten);
    // With what it brought into the base: a bucket restored from before it would else pass for one that merely went on.
    ledger.note({ newest: { id: pushed.commit.id, generation: pushed.commit.generation } });
    tally.add({ uploaded: pushed.uploaded, deletedRemote: pushed.deleted });
    run.committed = pushed.commit;
  }
  return { again: pushed.moved.length > 0 };
}

export const hasToPush = ({ plan }: Pick<Sight, 'plan'>): boolean => plan.steps.some(isPushed);

const isPushed = ({ kind }: Step): boolean => kind === 'upload' || kind === 'delete-remote';

const markingFirst = (run: Run, ticket: Ticket): Ticket => ({
  ...ticket,
  async commit(pointer, before) {
    await markNewRoot(run);
    return ticket.commit(pointer, before);
  },
});

const bytesOf = (step: Step): number => (step.kind === 'upload' && !step.reuse ? (step.local?.stamp.size ?? 0) : 0);
