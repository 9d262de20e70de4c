import { COMMON, type Command, type CommandContext, type Outcome } from '../command.ts';
import { garbageLines } from '../render/gc-text.ts';

export const gcCommand: Command = {
  name: 'gc',
  usage: '',
  summary: 'delete from the remote what no kept commit names any more',
  details: [
    'Of the history the last 100 commits stay, and those that were replaced within the last 30 days (`history` in the configuration: keepCommits, keepDays). What none of them names is deleted under the lease: contents that were replaced long ago, and uploads that no commit ever named. What is kept for undo on this machine stays.',
    'Where a part of the history cannot be read, nothing is deleted; nor where commits lie there that are later than the register: it was set back, and --accept-remote GENERATION gives those commits up. See what would go with --dry-run. A push collects in passing, once in 24 hours, where it takes little; `history: { collect: false }` turns that off.',
  ],
  flags: ['dry-run', 'accept-remote', 'wait', 'json', ...COMMON],
  positionals: { least: 0, most: 0, words: '' },
  passes: false,
  writes: (flags) => flags['dry-run'] !== true,
  run: (context) => context.limited((signal) => collect(context, signal)),
};

async function collect(context: CommandContext, signal: AbortSignal): Promise<Outcome> {
  const { flags, reporter, paint } = context;
  const acceptRemote = flags['accept-remote'];
  const dryRun = flags['dry-run'] === true;
  const datastore = await context.open();
  const report = await datastore.gc({
    dryRun,
    signal,
    onProgress: reporter.progress,
    ...(acceptRemote === undefined ? {} : { acceptRemote }),
  });
  reporter.done();
  return { code: 0, document: { dryRun, ...report }, lines: garbageLines(report, dryRun, paint) };
}
