import { SyncError } from '../../core/errors.ts';
import { durationText } from '../../core/quantities.ts';
import type { HeldLease } from '../../engine/datastore.ts';
import { COMMON, type Command, type CommandContext, type Outcome } from '../command.ts';
import { holderText, leaseDocument, leaseText } from '../render/lease-text.ts';
import { tellHolder } from '../waiting.ts';

const NONE = { least: 0, most: 0, words: '' };

export const lockStatusCommand: Command = {
  name: 'lock status',
  usage: '',
  summary: 'who holds the lease, since when, for what',
  details: ['One request. Times are by the clock of the holder.'],
  flags: ['json', ...COMMON],
  positionals: NONE,
  passes: false,
  writes: () => false,
  run: (context) =>
    context.limited(async (signal) => {
      const view = await (await context.open()).lease(signal);
      const text = leaseText(view, context.host.clock.now());
      return {
        code: 0,
        document: { lease: leaseDocument(view), generation: view.generation, latencyMs: view.latencyMs },
        lines: [`The lease is ${text}.`],
      };
    }),
};

export const lockAcquireCommand: Command = {
  name: 'lock acquire',
  usage: '',
  summary: 'hold the lease in the foreground until stopped',
  details: [
    'Renews the lease until Ctrl-C, --for, or "datastore lock release" elsewhere in this workspace ends it. Others wait meanwhile; they can still pull.',
  ],
  flags: ['for', 'wait', 'json', ...COMMON],
  positionals: NONE,
  passes: false,
  writes: () => true,
  run: acquire,
};

export const lockReleaseCommand: Command = {
  name: 'lock release',
  usage: '',
  summary: 'give the lease back, or take it from its holder',
  details: [
    'Gives back the lease that this workspace holds, also one that another process of it holds. With --force it is taken from whoever holds it, who is named first: what they are uploading is not lost on their side, but must be synced again.',
  ],
  flags: ['force', 'json', ...COMMON],
  positionals: NONE,
  passes: false,
  writes: () => true,
  run: (context) =>
    context.limited((signal) =>
      context.flags.force === true ? forceRelease(context, signal) : release(context, signal),
    ),
};

async function acquire(context: CommandContext): Promise<Outcome> {
  const { flags, host, reporter } = context;
  const held = await context.limited(async (signal) => {
    const { config } = await context.settings();
    const datastore = await context.open();
    return datastore.acquire({
      purpose: 'lock acquire',
      waitMs: config.lock.waitMs,
      onWait: tellHolder(host.clock, (who) => reporter.line(`Waiting: ${who}.`)),
      signal,
    });
  });
  const { holder } = held.record;
  const until =
    flags.for === undefined
      ? 'until Ctrl-C, or "datastore lock release" elsewhere'
      : `for ${durationText(flags.for)}, or until Ctrl-C`;
  if (flags.json === true) {
    host.stdout.write(
      `${JSON.stringify({ schema: 1, ok: true, lease: leaseDocument({ lease: held.record, ours: 'this-process' }) })}\n`,
    );
  } else {
    host.stdout.write(`Held by ${holder}, ${until}.\n`);
  }
  const end = await endOf(held, context);
  if (end === 'gone') await explainLoss(context, held);
  await held.release();
  const gone = 'The lease is free: it was given back from elsewhere.';
  return { code: 0, document: {}, lines: flags.json === true ? [] : [end === 'gone' ? gone : 'Given back.'] };
}

/** Resolves when the person stops, the time is over, or the lease is gone. */
function endOf(held: HeldLease, { flags, host, stopped }: CommandContext): Promise<'stopped' | 'over' | 'gone'> {
  return new Promise((resolve) => {
    // The timer of --for never keeps the process alive by itself, nor does the lease's: this one does.
    const awake = host.stayAwake();
    const finish = (how: 'stopped' | 'over' | 'gone'): void => {
      awake();
      resolve(how);
    };
    if (stopped.aborted) finish('stopped');
    if (held.signal.aborted) finish('gone');
    stopped.addEventListener('abort', () => finish('stopped'), { once: true });
    held.signal.addEventListener('abort', () => finish('gone'), { once: true });
    if (flags.for !== undefined) host.clock.after(flags.for, () => finish('over'));
  });
}

/** Gone while we held it: given back elsewhere in this workspace, on purpose. SyncError('lease-lost') otherwise. */
async function explainLoss(context: CommandContext, held: HeldLease): Promise<void> {
  const view = await context.limited(async (signal) => (await context.open()).lease(signal));
  if (await held.isGivenBack()) return;
  // Still in our name: it was we who could not renew it.
  if (view.lease?.nonce === held.record.nonce) throw held.signal.reason;
  throw new SyncError(
    'lease-lost',
    `The lease was taken: it is ${leaseText(view, context.host.clock.now())}.`,
    view.lease === null ? 'Take it again: datastore lock acquire' : 'Wait for them, or ask them.',
    { details: { lease: leaseDocument(view) } },
  );
}

async function release(context: CommandContext, signal: AbortSignal): Promise<Outcome> {
  const datastore = await context.open();
  if (await datastore.release()) return { code: 0, document: { released: true }, lines: ['Given back.'] };
  const view = await datastore.lease(signal);
  if (view.lease === null)
    return { code: 0, document: { released: false }, lines: ['Nothing to give back: the lease is free.'] };
  throw new SyncError(
    'locked',
    `This workspace does not hold the lease: it is ${leaseText(view, context.host.clock.now())}.`,
    'Wait for them, or take it with: datastore lock release --force',
    { details: { lease: leaseDocument(view) } },
  );
}

async function forceRelease(context: CommandContext, signal: AbortSignal): Promise<Outcome> {
  const { host, reporter } = context;
  const datastore = await context.open();
  const view = await datastore.lease(signal);
  const shown = view.lease;
  if (shown === null) return { code: 0, document: { released: false }, lines: ['Nothing to take: the lease is free.'] };
  reporter.line(`Held by ${holderText(shown, host.clock.now())}.`);
  const answer = await datastore.forceRelease(shown);
  if (answer.kind === 'released') {
    return {
      code: 0,
      document: { released: true, from: leaseDocument({ lease: shown, ours: view.ours }) },
      lines: [`Taken from ${shown.holder}; the lease is free.`],
    };
  }
  const now = answer.lease === null ? 'free' : `held by ${holderText(answer.lease, host.clock.now())}`;
  throw new SyncError(
    'locked',
    `The lease moved meanwhile: it is ${now}. Nothing was taken.`,
    'Look again, and decide again: datastore lock status',
    {
      details: { lease: answer.lease === null ? null : leaseDocument({ lease: answer.lease, ours: 'no' }) },
    },
  );
}
