import path from 'node:path';
import type { Config } from '../../core/config/config.ts';
import { configProblemText } from '../../core/config/config-problem.ts';
import { SyncError } from '../../core/errors.ts';
import { namesNone, type SetupInput } from '../../core/setup/setup-input.ts';
import { runSetup, type SetupReport } from '../../engine/setup/setup.ts';
import { COMMON, type Command, type CommandContext, type Outcome } from '../command.ts';
import { type Failure, leftovers } from '../failure.ts';
import type { FlagName } from '../flags.ts';
import { safeText } from '../render/paint.ts';
import { setupFailureLines, setupLines } from '../render/setup-text.ts';
import { fitted } from '../render/wrap.ts';

const NONE = { least: 0, most: 0, words: '' };

const HOW =
  'Each thing is tried before anything is changed, the files are moved and every byte is read again at the new place; only then .datastore.yaml is written, with your comments and order kept. Whatever fails before leaves the configuration as it was, and the same command goes on where it was. What was a folder is then moved to a dated one beside it; nothing is ever deleted in a bucket.';

const setup = (
  type: SetupInput['type'],
  usage: string,
  summary: string,
  flags: readonly FlagName[],
  input: (context: CommandContext) => Promise<SetupInput>,
): Command => ({
  name: `setup ${type}`,
  usage,
  summary,
  details: [HOW],
  flags: [...flags, 'skip-migration', 'delete-source', 'dry-run', 'json', ...COMMON],
  positionals: NONE,
  passes: false,
  writes: (found) => found['dry-run'] !== true,
  run: (context) => context.limited(async (signal) => perform(context, await input(context), signal)),
});

export const setupS3Command = setup(
  's3',
  '--bucket BUCKET',
  'share a folder through a bucket, and bring there what is here',
  ['bucket', 'prefix', 'region', 'endpoint', 'profile', 'root'],
  async ({ flags }) => {
    const { bucket, prefix, region, endpoint, profile, root } = flags;
    if (bucket === undefined)
      throw new SyncError('usage', 'setup s3 needs --bucket BUCKET', 'See: datastore help setup s3');
    return { type: 's3', bucket, prefix, region, endpoint, profile, root };
  },
);

export const setupFilesystemCommand = setup(
  'filesystem',
  '--path PATH',
  'use a folder in place (a mounted one, too), and bring there what is here',
  ['path'],
  async ({ flags }) => {
    if (flags.path === undefined)
      throw new SyncError('usage', 'setup filesystem needs --path PATH', 'See: datastore help setup filesystem');
    return { type: 'filesystem', path: absolute(flags.cwd ?? '.', flags.path) };
  },
);

/** Below the home folder a path stays as it was typed: so it means the same to everybody who reads the file. */
const absolute = (from: string, found: string): string =>
  /^~(?:\/|$)/.test(found) ? found : path.resolve(from, found);

async function perform(context: CommandContext, input: SetupInput, signal: AbortSignal): Promise<Outcome> {
  const { flags, host, reporter, paint } = context;
  if (flags['skip-migration'] === true && flags['delete-source'] === true)
    throw new SyncError(
      'usage',
      '--skip-migration moves nothing that --delete-source could delete',
      'Give one of them.',
    );
  const workspace = await host.findWorkspace(flags.cwd ?? '.');
  const from = await presentConfig(context, workspace);
  const tell = (text: string): void => {
    reporter.done();
    for (const line of fitted(host.stderr, [safeText(text)])) reporter.line(line);
  };
  const parts = await host.openSetup({
    workspace,
    from,
    input,
    onWait: (who) => tell(`Waiting: ${who}.`),
  });
  try {
    const report = await runSetup(parts, {
      skipMigration: flags['skip-migration'] === true,
      deleteSource: flags['delete-source'] === true,
      dryRun: flags['dry-run'] === true,
      signal,
      onProgress: reporter.progress,
      onWait: (who) => tell(`Waiting: ${who}. Without a sign of life for 30 s it is taken over.`),
      onTold: (_kind, text) => tell(`✓ ${text}`),
    });
    reporter.done();
    const left = leftOf(report);
    return {
      code: left?.code ?? 0,
      document: { ...report, ...(left === null ? {} : { error: left.failure }) },
      lines: setupLines(report, paint),
    };
  } catch (error) {
    for (const line of setupFailureLines(error)) tell(line);
    throw error;
  }
}

async function presentConfig({ flags, host }: CommandContext, workspace: string): Promise<Config | null> {
  const url = flags.datastore === undefined ? null : { source: '--datastore', url: flags.datastore };
  const read = await host.readConfig(workspace, url);
  if (read.ok) return read.value;
  if (namesNone(read.problem)) return null;
  throw new SyncError('config', read.problem.map(configProblemText).join('\n'), 'Correct that and try again.', {
    details: { problems: read.problem },
  });
}

function leftOf(report: SetupReport): { readonly failure: Failure; readonly code: number } | null {
  const { stopped, conflicts, problems } = report;
  if (stopped !== null) return { code: 3, failure: { kind: 'conflicts', ...stopped } };
  return leftovers(conflicts.length, problems.length);
}
