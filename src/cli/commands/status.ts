import { COMMON, type Command, type CommandContext, type Outcome } from '../command.ts';
import { type Failure, failureOf, worstCode } from '../failure.ts';
import { type StatusFacts, statusDocument, statusLines } from '../render/status-text.ts';

export const statusCommand: Command = {
  name: 'status',
  usage: '',
  summary: 'what is configured, who holds the lease, what is pending',
  details: [
    'Shows the configuration and which layer set it, whether the remote is in reach, who holds the lease, what a sync would do, and when the last one was. Changes nothing; in a folder used in place a small file is written and removed again, to know that it can be.',
    'The exit code is 0 whenever all of that could be found out, conflicts or not.',
  ],
  flags: ['json', ...COMMON],
  positionals: { least: 0, most: 0, words: '' },
  passes: false,
  writes: () => false,
  run: (context) => context.limited((signal) => showStatus(context, signal)),
};

async function showStatus(context: CommandContext, signal: AbortSignal): Promise<Outcome> {
  const { host, paint } = context;
  const { workspace, config } = await context.settings();
  const empty = {
    workspace,
    config,
    register: null,
    preview: null,
    waiting: null,
    local: null,
    folder: null,
    failure: null,
    busy: null,
    unfinished: await host.readUnfinished(workspace, config),
  };
  if (config.backend.type === 'unsupported') return outcome({ ...empty, now: host.clock.now() }, 0, context);
  const datastore = await context.open();
  const failures: { failure: Failure; code: number }[] = [];
  // What can be found out is shown, also when the rest cannot.
  const attempt = async <T>(work: Promise<T>): Promise<T | null> =>
    work.catch((error: unknown) => {
      signal.throwIfAborted();
      failures.push(failureOf(error));
      return null;
    });
  if (datastore.inPlace !== null) {
    const health = await datastore.inPlace.health(signal);
    const files = [...(await datastore.contents(signal)).values()];
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    const register = await attempt(datastore.lease(signal));
    const { failure = null, code = 0 } = failures[0] ?? {};
    const folder = { health, files: files.length, bytes };
    return outcome({ ...empty, register, folder, failure, now: host.clock.now() }, code, context);
  }
  const local = await attempt(datastore.local());
  const register = await attempt(datastore.lease(signal));
  const preview =
    register === null ? null : await attempt(datastore.preview({ signal, onProgress: context.reporter.progress }));
  // Out of reach: what waits here is known all the same.
  const waiting = register !== null ? null : await datastore.preview({ signal, lastKnown: true }).catch(() => null);
  context.reporter.done();
  // Someone works on this very folder: that is an answer, not a failure.
  const busy = failures.find((found) => found.failure.kind === 'locked')?.failure.message ?? null;
  const code = worstCode(failures.filter((found) => found.failure.kind !== 'locked').map((found) => found.code));
  const failure = code === 0 ? null : (failures.find((found) => found.code === code)?.failure ?? null);
  return outcome({ ...empty, local, register, preview, waiting, failure, busy, now: host.clock.now() }, code, {
    paint,
  });
}

const outcome = (facts: StatusFacts, code: number, { paint }: Pick<CommandContext, 'paint'>): Outcome => ({
  code,
  document: statusDocument(facts),
  lines: statusLines(facts, paint),
});
