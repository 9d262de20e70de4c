import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { SyncError } from '../core/errors.ts';
import { canonicalJson } from '../core/format/canonical-json.ts';
import { parsePlanRecord } from '../core/plan/parse-plan-record.ts';
import { type PlanRecord, recordPlan } from '../core/plan/plan-record.ts';
import type { Preview } from '../core/status/sync-report.ts';
import type { CommandContext } from './command.ts';

/** Keeps a plan that was printed, for `apply`. Gives where. */
export async function keepPlan(context: CommandContext, file: string, preview: Preview): Promise<string> {
  const { host, flags } = context;
  const { basis, plan, held } = preview;
  const path = resolve(flags.cwd ?? '.', file);
  if (basis === null) {
    throw new SyncError('usage', 'A folder used in place has no plan: nothing is transferred.', 'Leave --out away.');
  }
  const { workspace, config } = await context.settings();
  const below = relative(join(workspace, config.root), path);
  if (below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below)) {
    throw new SyncError(
      'usage',
      `${path} lies in the shared folder: the plan would be a file to sync.`,
      'Name a file elsewhere for --out.',
    );
  }
  const record = recordPlan(plan, held, basis, new Date(host.clock.now()).toISOString());
  await host.writePlanFile(path, `${canonicalJson(record)}\n`);
  return path;
}

/** SyncError('usage') where it is no plan, ('newer-format') where it is one of a later version. */
export async function readPlan({ host, flags }: CommandContext, file: string): Promise<PlanRecord> {
  const path = resolve(flags.cwd ?? '.', file);
  const parsed = parsePlanRecord(await host.readPlanFile(path));
  if (parsed.ok) return parsed.value;
  const { kind, message } = parsed.problem;
  if (kind === 'newer-format') throw new SyncError('newer-format', `${path}: ${message}`, 'Update datastore.');
  throw new SyncError('usage', `${path} is no plan: ${message}`, 'Make one: datastore sync --dry-run --out FILE');
}
