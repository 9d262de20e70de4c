import type { Log } from '../../engine/ports.ts';
import { COMMON, type Command, type CommandContext, type Outcome } from '../command.ts';
import { type Failure, failureOf } from '../failure.ts';
import type { WatchEvents } from '../host.ts';
import { inPlaceLine, syncDocument, syncLines } from '../render/sync-text.ts';

export const watchCommand: Command = {
  name: 'watch',
  usage: '',
  summary: 'keep in step until stopped',
  details: [
    'Syncs when something changes here (settled) or there (polled), and from time to time in full. What fails is tried again. Ctrl-C ends it, with 0.',
  ],
  flags: ['json-events', 'wait', ...COMMON.filter((name) => name !== 'timeout')],
  positionals: { least: 0, most: 0, words: '' },
  passes: false,
  writes: () => true,
  run: watch,
};

async function watch(context: CommandContext): Promise<Outcome> {
  const { flags, host, paint, reporter, stopped } = context;
  const settings = await context.settings();
  const datastore = await context.open();
  if (datastore.inPlace !== null) {
    return { code: 0, document: syncDocument(await datastore.sync()), lines: [inPlaceLine(datastore.inPlace.path)] };
  }
  let said = '';
  const say = (lines: readonly string[]): void => {
    // A poll that finds nothing new, or the same trouble again, is not worth a line.
    const text = lines.join('\n');
    if (text === said) return;
    said = text;
    reporter.done();
    host.stdout.write(`${text}\n`);
  };
  const events: WatchEvents = {
    onProgress: reporter.progress,
    synced(report) {
      if (flags['json-events'] === true) return host.stdout.write(eventLine('synced', syncDocument(report)));
      say(syncLines(report, paint));
    },
    failed(error) {
      const { failure } = failureOf(error);
      if (flags['json-events'] === true) return host.stdout.write(eventLine('failed', { error: failure }));
      say([`${paint.bad(failure.message)} ${failure.remedy}`]);
    },
  };
  const handle = await host.watch(datastore, { ...settings, log: watchLog(context) }, events);
  const awake = host.stayAwake();
  if (!stopped.aborted) {
    await new Promise<void>((resolve) => stopped.addEventListener('abort', () => resolve(), { once: true }));
  }
  await handle.stop();
  awake();
  return { code: 0, document: {}, lines: [] };
}

/** Failures of cycles come as events; what else is worth a line (a watch that ended) does not. */
const watchLog = ({ reporter }: CommandContext): Log => ({
  debug: () => undefined,
  info: () => undefined,
  warn: (message) => (message.startsWith('watching failed') ? reporter.line(`datastore: ${message}`) : undefined),
  error: (message) => reporter.line(`datastore: ${message}`),
});

/** One line of `--json-events`. */
export const eventLine = (
  event: string,
  fields: Readonly<Record<string, unknown>> & { readonly error?: Failure },
): string => `${JSON.stringify({ schema: 1, event, ...fields })}\n`;
