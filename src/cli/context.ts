import { configProblemText } from '../core/config/config-problem.ts';
import { withRates } from '../core/config/rate.ts';
import { SyncError } from '../core/errors.ts';
import type { StoredFile } from '../core/format/tree.ts';
import { unfinishedRemedy, unfinishedText } from '../core/setup/unfinished.ts';
import type { Datastore } from '../engine/datastore.ts';
import type { PhaseCosts } from '../engine/phase-costs.ts';
import type { Log } from '../engine/ports.ts';
import type { CommandContext, Settings } from './command.ts';
import { eventLine } from './commands/watch.ts';
import type { Flags } from './flags.ts';
import type { Host, StopSignal } from './host.ts';
import { lineReporter, type Reporter, silentReporter, terminalReporter } from './progress-reporter.ts';
import { noPaint, safeText, terminalPaint, usesColour } from './render/paint.ts';
import { sentence } from './render/sentence.ts';

const SIGNAL_CODES: Readonly<Record<StopSignal, number>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

interface Words {
  readonly command: { readonly name: string; readonly passes: boolean };
  readonly flags: Flags;
  readonly positionals: readonly string[];
  readonly rest: readonly string[];
}

/** What a stop may take before the process ends anyhow: the lease needs at most 3 s to go back. */
const STOP_MS = 4000;

/** What one command gets. `close` ends what it opened; call it once. */
export function openContext(
  words: Words,
  host: Host,
): { readonly context: CommandContext; readonly close: () => Promise<void> } {
  const { flags, command } = words;
  const endProfile = flags['cpu-profile'] === undefined ? () => undefined : host.profile(flags['cpu-profile']);
  const stop = new AbortController();
  const listeners = new Set<(signal: StopSignal) => void>();
  const unlisten = host.onStop((signal) => {
    const again = stop.signal.aborted;
    for (const listener of listeners) listener(signal);
    // Not waited for any more. A lease that is still held ends by its ttl.
    if (again) host.exit(SIGNAL_CODES[signal]);
    stop.abort(cancelledBy(signal));
    // A program that `run` started may take its time; everything of ours may not.
    if (!command.passes) host.clock.after(STOP_MS, () => host.exit(SIGNAL_CODES[signal]));
  });
  const settings = once(() => readSettings(flags, host));
  const reporter = reporterFor(flags, host);
  const log = logTo(reporter);
  const isFollowed = flags['json-events'] === true;
  const onPhase = isFollowed ? (phase: PhaseCosts) => host.stdout.write(eventLine('phase', { ...phase })) : undefined;
  const openWith = (given: Settings) => host.openDatastore({ ...given, log, onPhase });
  const open = once(async () => openWith(await settings()));
  let opened: Promise<Datastore<StoredFile>> | null = null;

  const context: CommandContext = {
    host,
    flags,
    positionals: words.positionals,
    rest: words.rest,
    paint: usesColour(host.stdout.isTerminal, host.env, flags['no-color'] === true) ? terminalPaint : noPaint,
    reporter,
    stopped: stop.signal,
    onStop(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    limited: (work) => limited(work, stop.signal, flags.timeout, host),
    settings,
    reread: async () => readSettings(flags, host, (await settings()).workspace),
    open: (other) => (opened = other === undefined ? open() : openWith(other)),
  };
  const close = async (): Promise<void> => {
    try {
      await (await opened?.catch(() => null))?.close();
    } finally {
      unlisten();
      endProfile();
    }
  };
  return { context, close };
}

async function limited<T>(
  work: (signal: AbortSignal) => Promise<T>,
  stopped: AbortSignal,
  timeoutMs: number | undefined,
  host: Host,
): Promise<T> {
  const late = new AbortController();
  const cancel = timeoutMs === undefined ? () => undefined : host.clock.after(timeoutMs, () => late.abort());
  // The clock's timers and idle sockets do not keep a process alive; unfinished work must.
  const asleep = host.stayAwake();
  try {
    stopped.throwIfAborted();
    const signal = AbortSignal.any([stopped, late.signal]);
    return await Promise.race([work(signal), overdue(signal, host)]);
  } catch (error) {
    if (stopped.aborted) throw withDetails(stopped.reason, error);
    if (late.signal.aborted) throw withDetails(overtime(timeoutMs ?? 0), error);
    throw error;
  } finally {
    asleep();
    cancel();
  }
}

const overtime = (timeoutMs: number): SyncError =>
  new SyncError(
    'cancelled',
    `Not finished within ${timeoutMs / 1000} s (--timeout).`,
    'Give it more time; what was done is kept.',
  );

/** Why it ended, with what the work itself has to say of how far it came, and of what to do about it. */
function withDetails(why: unknown, said: unknown): unknown {
  if (!(why instanceof SyncError) || !(said instanceof SyncError) || said.details === undefined) return why;
  const remedy = said.kind === 'cancelled' ? said.remedy : why.remedy;
  return new SyncError(why.kind, why.message, remedy, { cause: said, details: said.details });
}

/** Rejects when work goes on long after it was told to stop. */
const overdue = (signal: AbortSignal, host: Host): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => host.clock.after(STOP_MS, () => reject(signal.reason)), { once: true });
  });

async function readSettings(flags: Flags, host: Host, known?: string): Promise<Settings> {
  const workspace = known ?? (await host.findWorkspace(flags.cwd ?? '.'));
  const url = flags.datastore === undefined ? null : { source: '--datastore', url: flags.datastore };
  const read = await host.readConfig(workspace, url);
  if (read.ok) {
    const { lock, ...config } = read.value;
    const said = { maxUpload: flags['max-upload'], maxDownload: flags['max-download'] };
    return { workspace, config: withRates({ ...config, lock: { ...lock, waitMs: flags.wait ?? lock.waitMs } }, said) };
  }
  if (read.problem.some((problem) => problem.kind !== 'not-set-up')) {
    throw new SyncError('config', read.problem.map(configProblemText).join('\n'), 'Correct that and try again.', {
      details: { problems: read.problem },
    });
  }
  const unfinished = await host.readUnfinished(workspace, null);
  throw new SyncError(
    'not-set-up',
    `No datastore is set up in ${workspace}.`,
    unfinished === null ? SET_ONE_UP : `${sentence(unfinishedText(unfinished))} ${unfinishedRemedy(unfinished)}`,
    { details: { problems: read.problem } },
  );
}

const SET_ONE_UP =
  'Set one up: datastore setup s3 --bucket BUCKET --root FOLDER; or set DATASTORE_URL=s3://bucket/prefix?root=FOLDER.';

function reporterFor(flags: Flags, host: Host): Reporter {
  if (flags['json-events'] === true) {
    return {
      progress: (progress) => host.stdout.write(eventLine('progress', { ...progress })),
      step: () => undefined,
      line: (text) => (flags.quiet === true ? undefined : host.stderr.write(`${text}\n`)),
      done: () => undefined,
    };
  }
  if (flags.quiet === true) return silentReporter;
  const draws = host.stderr.isTerminal && host.env['TERM'] !== 'dumb';
  return draws ? terminalReporter(host.stderr, host.clock) : lineReporter(host.stderr, host.clock);
}

/** What the engine has to say beside its reports. */
const logTo = (reporter: Reporter): Log => ({
  debug: () => undefined,
  info: () => undefined,
  warn: (message) => reporter.line(`datastore: ${safeText(message)}`),
  error: (message) => reporter.line(`datastore: ${safeText(message)}`),
});

/** What a signal gives. */
const cancelledBy = (signal: string): SyncError =>
  new SyncError('cancelled', `Stopped by ${signal}.`, 'Nothing is half done: run it again when you like.');

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | null = null;
  return () => (result ??= work());
}
