import { SyncError } from '../../core/errors.ts';
import type { Preview } from '../../core/status/sync-report.ts';
import type { SyncOptions } from '../../engine/datastore.ts';
import { COMMON, type Command, type CommandContext, type Outcome, RATES } from '../command.ts';
import { leftovers, SOMETHING_TO_DO, worstCode } from '../failure.ts';
import type { FlagName, Flags } from '../flags.ts';
import { keepPlan } from '../plan-files.ts';
import { planDocument, planLines } from '../render/plan-text.ts';
import { inPlaceLine, syncDocument, syncLines } from '../render/sync-text.ts';

type Direction = NonNullable<SyncOptions['direction']>;

const FLAGS: readonly FlagName[] = [
  'dry-run',
  'out',
  'detailed-exitcode',
  'on-conflict',
  'allow-mass-delete',
  'accept-remote',
  'wait',
  ...RATES,
  'json',
  'json-events',
  ...COMMON,
];

const CONFLICTS =
  'A file that changed on both sides is a conflict: it is held back, both versions stay, and the exit code is 3. --on-conflict decides for all of them at once.';

const cycle = (name: string, direction: Direction, summary: string, details: readonly string[]): Command => ({
  name,
  usage: '',
  summary,
  details,
  flags: FLAGS,
  positionals: { least: 0, most: 0, words: '' },
  passes: false,
  writes: (flags) => flags['dry-run'] !== true,
  run: (context) => context.limited((signal) => runCycle(context, direction, signal)),
});

export const syncCommand = cycle('sync', 'both', 'make this folder and the remote equal', [
  'Takes what others committed, sends what changed here, commits it, and takes over deletions, in one cycle.',
  CONFLICTS,
  'With --dry-run --out FILE the plan is kept; `datastore apply FILE` carries out exactly that, or says what has changed meanwhile and does nothing.',
]);

export const pullCommand = cycle('pull', 'pull', 'only take what others committed', [
  'Nothing is sent, and no lease is needed.',
  CONFLICTS,
]);

export const pushCommand = cycle('push', 'push', 'only send what changed here', [
  'Nothing of this folder is changed.',
  CONFLICTS,
]);

async function runCycle(context: CommandContext, direction: Direction, signal: AbortSignal): Promise<Outcome> {
  const { flags, paint } = context;
  requireDryRun(flags);
  const datastore = await context.open();
  const { inPlace } = datastore;
  const options = { ...syncOptions(context, direction), signal };
  if (flags['dry-run'] === true) {
    const preview = await datastore.preview(options);
    context.reporter.done();
    return previewed(context, preview, inPlace === null ? planLines(preview, paint) : [inPlaceLine(inPlace.path)]);
  }
  const report = await datastore.sync(options);
  context.reporter.done();
  const left = leftovers(report.conflicts.length, report.problems.length);
  const document = { ...syncDocument(report), ...(left === null ? {} : { error: left.failure }) };
  const lines = inPlace === null ? syncLines(report, paint) : [inPlaceLine(inPlace.path)];
  return { code: left?.code ?? 0, document, lines };
}

async function previewed(context: CommandContext, preview: Preview, lines: string[]): Promise<Outcome> {
  const { flags } = context;
  const isVetoed = preview.vetoes.length > 0;
  const left = leftovers(preview.plan.conflicts.length, preview.held.length);
  const moves = preview.plan.steps.some(({ kind }) => kind !== 'adopt' && kind !== 'forget');
  const isDetailed = flags['detailed-exitcode'] === true;
  const code = worstCode([isVetoed ? 6 : 0, left?.code ?? 0, isDetailed && moves ? SOMETHING_TO_DO : 0]);
  const document = { ...planDocument(preview), ...failureIn(code, left) };
  if (flags.out === undefined) return { code, document, lines };
  if (isVetoed) return { code, document, lines: [...lines, 'No plan was kept: it would be stopped.'] };
  const out = await keepPlan(context, flags.out, preview);
  return { code, document: { ...document, out }, lines: [...lines, `Carry it out with: datastore apply ${out}`] };
}

/** Flags that only say what becomes of a plan. */
function requireDryRun(flags: Flags): void {
  const stray = (['out', 'detailed-exitcode'] as const).find((name) => flags[name] !== undefined);
  if (stray !== undefined && flags['dry-run'] !== true)
    throw new SyncError('usage', `--${stray} goes with --dry-run.`, `Add --dry-run, or leave --${stray} away.`);
  if (flags.out !== undefined && flags['accept-remote'] !== undefined) {
    throw new SyncError(
      'usage',
      '--out keeps no plan with --accept-remote, which forgets what the plan would be compared with.',
      'Accept the remote with a sync.',
    );
  }
}

function failureIn(code: number, left: ReturnType<typeof leftovers>): Record<string, unknown> {
  if (code === 6) {
    return {
      error: {
        kind: 'veto',
        message: 'A sync would stop for safety',
        remedy: 'See vetoes for the reasons and the ways out.',
      },
    };
  }
  return left === null ? {} : { error: left.failure };
}

/** What the flags say of a cycle. */
export function syncOptions({ flags, reporter }: CommandContext, direction: Direction): SyncOptions {
  const { 'on-conflict': onConflict, 'allow-mass-delete': allowMassDelete, 'accept-remote': acceptRemote } = flags;
  return {
    direction,
    purpose: direction === 'both' ? 'sync' : direction,
    onProgress: reporter.progress,
    ...(onConflict === undefined ? {} : { onConflict }),
    ...(allowMassDelete === undefined ? {} : { allowMassDelete }),
    ...(acceptRemote === undefined ? {} : { acceptRemote }),
  };
}
