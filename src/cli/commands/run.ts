import { basename } from 'node:path';
import type { SyncReport } from '../../core/status/sync-report.ts';
import type { HeldLease } from '../../engine/datastore.ts';
import { COMMON, type Command, type CommandContext, type Outcome, RATES } from '../command.ts';
import { failureOf, leftovers } from '../failure.ts';
import type { Child } from '../host.ts';
import { noPaint, safeText } from '../render/paint.ts';
import { syncLines } from '../render/sync-text.ts';
import { RUN_VARIABLE, runMarker } from '../run-marker.ts';
import { tellHolder } from '../waiting.ts';
import { syncOptions } from './sync.ts';

/** After a signal the lease goes back whether or not the command has ended: in 3 s, of which the release needs some. */
const GRACE_MS = 1500;
/** Where the lock is all there is, a command that has not ended by then is killed: a writer without a lock would harm the next one. */
const KILL_MS = 10_000;

export const runCommand: Command = {
  name: 'run',
  usage: '-- CMD ARGS',
  summary: 'take the lease, pull, run CMD, push, release',
  details: [
    'Exits with the code of CMD. What fails before CMD starts keeps it from starting, and gives our code; a CMD that fails is pushed all the same, and gives its code; a CMD that succeeds while the push fails gives our code.',
    'SIGINT and SIGTERM reach CMD, the lease is given back within 3 seconds, and nothing is pushed: the next sync does that. If the lease is lost on the way, CMD goes on and the push plans again.',
    'A folder used in place has nothing to pull or push. There a signal gives the lock back only when CMD has ended; after 10 seconds, or a second signal, CMD is killed.',
    'Stdout belongs to CMD. A "datastore" inside CMD that would write fails at once with 4.',
  ],
  flags: ['on-conflict', 'allow-mass-delete', 'wait', ...RATES, ...COMMON],
  positionals: { least: 0, most: 0, words: '' },
  passes: true,
  writes: () => true,
  run: runInside,
};

async function runInside(context: CommandContext): Promise<Outcome> {
  const { host, reporter, rest, stopped } = context;
  const [command = '', ...args] = rest;
  // Only the program's name: its arguments may hold secrets, and everyone sees a purpose.
  const purpose = `run ${basename(command)}`.slice(0, 100);
  const held = await context.limited((signal) => takeLease(context, purpose, signal));
  try {
    const pulled = await context.limited((signal) => cycle(context, 'pull', signal));
    tell(context, pulled, 'before the command');
    const next = (await isInPlace(context)) ? '' : ', and the push at its end plans again';
    const unwatch = watchLease(context, held, `datastore: the lease was lost; the command goes on${next}.`);
    const env = { [RUN_VARIABLE]: runMarker(host.pid, purpose) };
    const child = host.spawn(command, args, { cwd: context.flags.cwd ?? '.', env });
    const code = await attend(context, child, held).finally(unwatch);
    if (stopped.aborted) {
      if (await isInPlace(context)) return quiet(code === 0 ? 1 : code);
      reporter.line(
        'datastore: stopped, so nothing was pushed. What changed here goes up with the next: datastore sync',
      );
      return quiet(code === 0 ? 1 : code);
    }
    return quiet(await push(context, code));
  } finally {
    reporter.done();
    // A lease that was lost, or is out of reach, ends by its ttl.
    await held
      .release()
      .catch((error: unknown) =>
        reporter.line(`datastore: the lease could not be given back: ${safeText(failureOf(error).failure.message)}`),
      );
  }
}

const quiet = (code: number): Outcome => ({ code, document: {}, lines: [] });

async function takeLease(context: CommandContext, purpose: string, signal: AbortSignal): Promise<HeldLease> {
  const { host, reporter } = context;
  const { config } = await context.settings();
  const datastore = await context.open();
  return datastore.acquire({
    purpose,
    waitMs: config.lock.waitMs,
    onWait: tellHolder(host.clock, (who) => reporter.line(`datastore: waiting: ${who}.`)),
    signal,
  });
}

async function cycle(context: CommandContext, direction: 'pull' | 'push', signal: AbortSignal): Promise<SyncReport> {
  const datastore = await context.open();
  const report = await datastore.sync({ ...syncOptions(context, direction), purpose: 'run', signal });
  context.reporter.done();
  return report;
}

/** What was held back does not keep the command from starting, but is said. */
function tell({ reporter }: CommandContext, report: SyncReport, when: string): void {
  if (report.conflicts.length + report.problems.length === 0) return;
  reporter.line(`datastore: ${when}:`);
  for (const line of syncLines(report, noPaint)) reporter.line(line);
}

const isInPlace = async (context: CommandContext): Promise<boolean> => (await context.open()).inPlace !== null;

function watchLease({ reporter, stopped }: CommandContext, held: HeldLease, text: string): () => void {
  const warn = (): void => {
    if (!stopped.aborted) reporter.line(text);
  };
  if (held.signal.aborted) warn();
  held.signal.addEventListener('abort', warn, { once: true });
  return () => held.signal.removeEventListener('abort', warn);
}

/** Waits for the command and passes signals on; gives its code. */
async function attend(context: CommandContext, child: Child, held: HeldLease): Promise<number> {
  const { host } = context;
  const inPlace = await isInPlace(context);
  let calls = 0;
  const unlisten = context.onStop((signal) => {
    calls++;
    // On a terminal Ctrl-C goes to the whole foreground group, so the command has it already.
    if (signal !== 'SIGINT' || !host.isInteractive) child.kill(signal);
    if (!inPlace && calls === 1) host.clock.after(GRACE_MS, () => giveBack(context, held));
    if (!inPlace) return;
    // Now the process ends, and soon its lock.
    if (calls > 1) child.kill('SIGKILL');
    else endAfterAll(context, child);
  });
  return child.ended.finally(unlisten);
}

function giveBack({ reporter }: CommandContext, held: HeldLease): void {
  held.release().then(
    () => reporter.line('datastore: the lease is given back; waiting for the command to end. Again to leave it alone.'),
    () => undefined,
  );
}

function endAfterAll({ host, reporter }: CommandContext, child: Child): void {
  let isOver = false;
  const over = (): void => void (isOver = true);
  child.ended.then(over, over);
  host.clock.after(GRACE_MS, () => {
    if (isOver) return;
    const seconds = KILL_MS / 1000;
    reporter.line(
      `datastore: the lock stays with the command, which is killed ${seconds} s after the signal. Again to kill it now.`,
    );
    host.clock.after(KILL_MS - GRACE_MS, () => child.kill('SIGKILL'));
  });
}

async function push(context: CommandContext, code: number): Promise<number> {
  const { reporter } = context;
  try {
    const report = await context.limited((signal) => cycle(context, 'push', signal));
    tell(context, report, 'after the command');
    return code === 0 ? (leftovers(report.conflicts.length, report.problems.length)?.code ?? 0) : code;
  } catch (error) {
    if (code === 0) throw error;
    const { failure } = failureOf(error);
    reporter.line(`datastore: the push failed: ${failure.message}`);
    reporter.line(failure.remedy);
    return code;
  }
}
