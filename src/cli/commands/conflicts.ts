import { SyncError } from '../../core/errors.ts';
import type { Answer, Choice, Conflict } from '../../core/plan/plan.ts';
import { COMMON, type Command, type CommandContext, type Outcome, RATES } from '../command.ts';
import { leftovers } from '../failure.ts';
import type { Flags } from '../flags.ts';
import { conflictDocument, conflictLines } from '../render/conflict-text.ts';
import { syncDocument, syncLines } from '../render/sync-text.ts';
import { spellings } from './contents.ts';

export const conflictsCommand: Command = {
  name: 'conflicts',
  usage: '',
  summary: 'list the files that changed on both sides',
  details: ['Shows both sides of each and how to decide. The exit code is 3 while there are any.'],
  flags: ['json', ...COMMON],
  positionals: { least: 0, most: 0, words: '' },
  passes: false,
  writes: () => false,
  run: (context) => context.limited((signal) => listConflicts(context, signal)),
};

export const resolveCommand: Command = {
  name: 'resolve',
  usage: 'PATH... --mine | --theirs | --both | --merged',
  summary: 'decide a conflict, then sync',
  details: [
    'PATH is relative to the shared folder, or to the workspace. The decision counts for the versions that are there when the command starts: if either side moves meanwhile, nothing is overwritten and you are asked again.',
  ],
  flags: ['mine', 'theirs', 'both', 'merged', 'wait', ...RATES, 'json', ...COMMON],
  positionals: { least: 1, most: Number.POSITIVE_INFINITY, words: 'the PATH of a conflict' },
  passes: false,
  writes: () => true,
  run: (context) => context.limited((signal) => resolve(context, signal)),
};

async function listConflicts(context: CommandContext, signal: AbortSignal): Promise<Outcome> {
  const datastore = await context.open();
  const conflicts = await datastore.conflicts(signal);
  const left = leftovers(conflicts.length, 0);
  return {
    code: left?.code ?? 0,
    document: { conflicts: conflicts.map(conflictDocument), ...(left === null ? {} : { error: left.failure }) },
    lines: conflictLines(conflicts, context.host.clock.now()),
  };
}

async function resolve(context: CommandContext, signal: AbortSignal): Promise<Outcome> {
  const { flags, paint, positionals, reporter } = context;
  const decision = decisionOf(flags);
  const { config } = await context.settings();
  const datastore = await context.open();
  const conflicts = await datastore.conflicts(signal);
  const choices = positionals.map((path) => choiceFor(path, conflicts, decision, config.root));
  const report = await datastore.sync({ choices, purpose: 'resolve', onProgress: reporter.progress, signal });
  reporter.done();
  const open = new Set(report.conflicts.map((conflict) => conflict.path));
  // What is in the way of the others is among the problems, with its remedy.
  const held = new Set(report.problems.map((problem) => problem.path));
  const moved = choices.map((choice) => choice.path).filter((path) => open.has(path) && !held.has(path));
  const resolved = choices.map((choice) => choice.path).filter((path) => !open.has(path));
  const left = leftovers(report.conflicts.length, report.problems.length);
  const lines = moved.map((path) => paint.attention(`${path} changed meanwhile: look again and decide again.`));
  return {
    code: left?.code ?? 0,
    document: { resolved, moved, ...syncDocument(report), ...(left === null ? {} : { error: left.failure }) },
    lines: [...resolved.map((path) => `${paint.good('Resolved')} ${path}.`), ...lines, ...syncLines(report, paint)],
  };
}

type Decision = Answer | 'merged';

function decisionOf(flags: Flags): Decision {
  const given = (['mine', 'theirs', 'both', 'merged'] as const).filter((name) => flags[name] === true);
  const [decision, second] = given;
  if (decision !== undefined && second === undefined) return decision;
  const found =
    decision === undefined ? 'none was given' : `${given.map((name) => `--${name}`).join(' and ')} were given`;
  throw new SyncError(
    'usage',
    `resolve needs one of --mine, --theirs, --both and --merged: ${found}.`,
    'See: datastore help resolve',
  );
}

/** Names what is there now: the engine drops the choice when either side is another by then. */
function choiceFor(asked: string, conflicts: readonly Conflict[], decision: Decision, root: string): Choice {
  const names = spellings(asked, root);
  const found =
    conflicts.find((conflict) => names[0] === conflict.path) ??
    conflicts.find((conflict) => names.includes(conflict.path));
  if (found === undefined) {
    throw new SyncError(
      'usage',
      `There is no conflict at ${JSON.stringify(asked)}.`,
      'See which there are: datastore conflicts',
    );
  }
  const { path, local, remote } = found;
  if (decision === 'merged' && local === null) {
    throw new SyncError(
      'usage',
      `${asked} is deleted here, so nothing is merged in it.`,
      'To delete it there too: --mine. To have it back: --theirs.',
    );
  }
  // A merged file is mine, seen against theirs: it replaces theirs.
  const answer = decision === 'merged' ? 'mine' : decision;
  return { path, answer, localSha256: local?.sha256 ?? null, remoteSha256: remote?.sha256 ?? null };
}
