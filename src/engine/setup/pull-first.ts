import { type Problem, SyncError } from '../../core/errors.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import { countText } from '../../core/quantities.ts';
import { heldWith } from './held-conflicts.ts';
import { namingCommand } from './pull-veto.ts';
import type { RemoteSide } from './setup-ports.ts';
import { type Work, withSignal } from './setup-work.ts';

/** The root in step with its old remote, so far as that has something for it. */
export async function pullFirst(work: Work, old: RemoteSide): Promise<void> {
  const { options, onProgress } = work;
  const how = { direction: 'pull', purpose: 'setup', onProgress, ...withSignal(options) } as const;
  const report = await namingCommand('pull', () => old.datastore.sync(how));
  if (report.conflicts.length > 0) throw heldWith(old.store.name, report.conflicts);
  if (report.downloaded > 0) work.left.add(`${countText(report.downloaded, 'file')} that came from ${old.store.name}`);
  const there = await old.datastore.contents(options.signal);
  refuseProblems(
    report.problems.filter(({ path }) => there.has(path as SyncPath)),
    old.store.name,
  );
  work.tell(`in step with ${old.store.name}, ${countText(report.downloaded, 'file')} came`);
}

/** Of files that the target would lack. */
export function refuseProblems(problems: readonly Problem[], name: string): void {
  const [first] = problems;
  if (first === undefined) return;
  const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
  throw new SyncError(
    'local',
    `${first.path} could not be brought in step with ${name}: ${first.reason}${more}`,
    'Correct that, or exclude the path in the configuration; then run this again.',
    { details: { problems } },
  );
}
