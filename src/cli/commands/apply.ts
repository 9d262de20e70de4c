import { SyncError } from '../../core/errors.ts';
import type { PlannedStep } from '../../core/plan/plan-record.ts';
import { COMMON, type Command, type CommandContext, type Outcome, RATES } from '../command.ts';
import { leftovers } from '../failure.ts';
import { readPlan } from '../plan-files.ts';
import { syncDocument, syncLines } from '../render/sync-text.ts';
import { spellings } from './contents.ts';

export const applyCommand: Command = {
  name: 'apply',
  usage: 'FILE [PATH...]',
  summary: 'carry out a plan that was looked at before',
  details: [
    'FILE comes from `datastore sync --dry-run --out FILE`. Exactly its steps are carried out, with its --on-conflict and --allow-mass-delete, and nothing else that happened since. If a file of one of them has changed on either side, nothing is changed at all, and those are listed (exit code 6).',
    'With PATH (a file, or a folder for all below it) only those steps. One that needs another that was left out is refused (exit code 2).',
  ],
  flags: ['wait', ...RATES, 'json', 'json-events', ...COMMON],
  positionals: { least: 1, most: Number.POSITIVE_INFINITY, words: 'the FILE of a plan' },
  passes: false,
  writes: () => true,
  run: (context) => context.limited((signal) => apply(context, signal)),
};

async function apply(context: CommandContext, signal: AbortSignal): Promise<Outcome> {
  const { positionals, paint, reporter } = context;
  const [file = '', ...paths] = positionals;
  const { basis, steps } = await readPlan(context, file);
  const { config } = await context.settings();
  const datastore = await context.open();
  const { inPlace } = datastore;
  if (inPlace !== null) {
    throw new SyncError(
      'usage',
      `${inPlace.path} is used in place: nothing is transferred.`,
      'There is no plan for it.',
    );
  }
  const approved = { basis, steps: paths.length === 0 ? steps : chosenSteps(steps, paths, config.root) };
  const report = await datastore.sync({ approved, purpose: 'apply', onProgress: reporter.progress, signal });
  reporter.done();
  const left = leftovers(report.conflicts.length, report.problems.length);
  const document = { ...syncDocument(report), ...(left === null ? {} : { error: left.failure }) };
  return { code: left?.code ?? 0, document, lines: syncLines(report, paint) };
}

function chosenSteps(steps: readonly PlannedStep[], asked: readonly string[], root: string): readonly PlannedStep[] {
  const chosen = new Set<PlannedStep>();
  for (const path of asked) {
    const names = spellings(path, root);
    const found = steps.filter((step) =>
      names.some((name) => name === '' || step.path === name || step.path.startsWith(`${name}/`)),
    );
    if (found.length === 0) {
      throw new SyncError(
        'usage',
        `The plan does nothing at ${JSON.stringify(path)}.`,
        'Name a path of one of its steps.',
      );
    }
    for (const step of found) chosen.add(step);
  }
  return steps.filter((step) => chosen.has(step));
}
