import { SyncError } from '../../core/errors.ts';
import { countText } from '../../core/quantities.ts';
import type { UndoReport } from '../../core/status/undo-report.ts';
import type { UndoOptions } from '../../engine/datastore.ts';
import { COMMON, type Command, type CommandContext, type Outcome } from '../command.ts';
import type { Failure } from '../failure.ts';
import { undoDocument, undoLines, undoListLines, undoPointDocument } from '../render/undo-text.ts';
import { spellings } from './contents.ts';

export const undoCommand: Command = {
  name: 'undo',
  usage: '[ID [PATH...]]',
  summary: 'bring back what a sync replaced or deleted here',
  details: [
    'Files that a sync replaced or deleted here are kept for 14 days. Without ID the latest sync that did so is taken back, where a file is as it left it; others are listed and left alone. What the sync brought new stays.',
    'Nothing is taken back on the remote: what comes back is a change of yours, and the next sync sends it to everybody. See what it would be with --dry-run. An undo can be undone by its own ID.',
    'ID is of --list; its first letters will do. With PATH (a file, or a folder for all below it) only those files.',
  ],
  flags: ['list', 'dry-run', 'json', ...COMMON],
  positionals: { least: 0, most: Number.POSITIVE_INFINITY, words: '' },
  passes: false,
  writes: (flags) => flags['dry-run'] !== true && flags.list !== true,
  run: (context) => context.limited((signal) => undo(context, signal)),
};

async function undo(context: CommandContext, signal: AbortSignal): Promise<Outcome> {
  const { flags, host, paint, positionals } = context;
  if (flags.list === true && positionals.length > 0)
    throw new SyncError('usage', '--list takes neither ID nor PATH.', 'See: datastore help undo');
  const { config } = await context.settings();
  const datastore = await context.open();
  if (flags.list === true) {
    const points = await datastore.undoPoints();
    const now = host.clock.now();
    return { code: 0, document: { points: points.map(undoPointDocument) }, lines: undoListLines(points, now) };
  }
  const [id, ...paths] = positionals;
  const options: UndoOptions = {
    ...(id === undefined ? {} : { id }),
    ...(paths.length === 0 ? {} : { paths: paths.flatMap((path) => spellings(path, config.root)) }),
    signal,
  };
  const isDry = flags['dry-run'] === true;
  const report = isDry ? await datastore.previewUndo(options) : await datastore.undo(options);
  const failure = failureOf(report);
  return {
    code: failure === null ? 0 : 1,
    document: { ...undoDocument(report, isDry), ...(failure === null ? {} : { error: failure }) },
    lines: undoLines(report, isDry, host.clock.now(), paint),
  };
}

/** What is back already is what was asked for. */
function failureOf({ left }: UndoReport): Failure | null {
  if (left.length === 0) return null;
  const message = `${countText(left.length, 'file')} left as found`;
  return { kind: 'problems', message, remedy: 'See left for the reasons; the kept versions stay.' };
}
