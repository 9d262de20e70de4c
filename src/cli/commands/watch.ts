import type { Log } from '../../engine/ports.ts';
import { createBell } from '../bell.ts';
import { COMMON, type Command, type CommandContext, type Outcome, RATES } from '../command.ts';
import { type Failure, failureOf } from '../failure.ts';
import { backendText } from '../render/status-text.ts';
import { inPlaceLine, syncDocument, syncLines } from '../render/sync-text.ts';
import { keepWatching, type WatchSession } from '../watch-session.ts';

export const watchCommand: Command = {
  name: 'watch',
  usage: '',
  summary: 'keep in step until stopped',
  details: [
    'Syncs when something changes here (settled) or there (polled), and from time to time in full. What fails is tried again. A changed .datastore.yaml counts at once; while it has mistakes, nothing is synced. Ctrl-C ends it, with 0.',
  ],
  flags: ['json-events', 'wait', ...RATES, ...COMMON.filter((name) => name !== 'timeout')],
  positionals: { least: 0, most: 0, words: '' },
  passes: false,
  writes: () => true,
  run: watch,
};

async function watch(context: CommandContext): Promise<Outcome> {
  const { host } = context;
  const settings = await context.settings();
  const datastore = await context.open();
  if (datastore.inPlace !== null)
    return { code: 0, document: syncDocument(await datastore.sync()), lines: [inPlaceLine(datastore.inPlace.path)] };
  const events = eventsOf(context);
  const log = watchLog(context);
  const changed = createBell();
  const unwatch = await host.watchConfig(
    settings.workspace,
    () => changed.ring(),
    (reason) => log.warn(`watching failed: changes of the configuration are not noticed: ${reason}`),
  );
  const asleep = host.stayAwake();
  const start: WatchSession['start'] = (given, one) => host.watch(one, { ...given, log }, events);
  const inPlace = await keepWatching({ context, start, events }, settings, changed);
  await unwatch();
  asleep();
  return { code: 0, document: {}, lines: inPlace === null ? [] : [inPlaceLine(inPlace.path)] };
}

function eventsOf({ flags, host, paint, reporter }: CommandContext): WatchSession['events'] {
  let said = '';
  const say = (lines: readonly string[]): void => {
    // A poll that finds nothing new, or the same trouble again, is not worth a line.
    const text = lines.join('\n');
    if (text === said) return;
    said = text;
    reporter.done();
    host.stdout.write(`${text}\n`);
  };
  const tell = (event: string, fields: Parameters<typeof eventLine>[1], lines: readonly string[]): void =>
    flags['json-events'] === true ? host.stdout.write(eventLine(event, fields)) : say(lines);
  return {
    onProgress: reporter.progress,
    synced: (report) => tell('synced', syncDocument(report), syncLines(report, paint)),
    failed(error) {
      const { failure } = failureOf(error);
      tell('failed', { error: failure }, [`${paint.bad(failure.message)} ${failure.remedy}`]);
    },
    configured: ({ config }) =>
      tell('configured', { config }, [`The configuration has changed: going on with ${backendText(config)}.`]),
  };
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
