import type { InPlace } from '../engine/datastore.ts';
import type { Bell } from './bell.ts';
import type { CommandContext, Settings } from './command.ts';
import type { WatchEvents, WatchHandle } from './host.ts';

export interface WatchSession {
  readonly context: Pick<CommandContext, 'host' | 'open' | 'reread' | 'stopped'>;
  readonly start: (settings: Settings, datastore: Awaited<ReturnType<CommandContext['open']>>) => Promise<WatchHandle>;
  readonly events: WatchEvents & {
    /** Another configuration counts from now on. */
    readonly configured: (settings: Settings) => void;
  };
}

/**
 * Keeps in step by the configuration as it is, until stopped (null) or until it names a folder used in place (that folder). `changed`
 * rings when its file may say something else. While that cannot be used nothing is synced, which is told as a failure; what is wrong
 * at the start rejects.
 */
export async function keepWatching(
  { context, start, events }: WatchSession,
  first: Settings,
  changed: Bell,
): Promise<InPlace | null> {
  const { stopped } = context;
  let running: { readonly key: string; readonly handle: WatchHandle } | null = null;

  async function begin(settings: Settings): Promise<InPlace | null> {
    const datastore = await context.open(settings);
    if (datastore.inPlace === null) running = { key: keyOf(settings), handle: await start(settings, datastore) };
    return datastore.inPlace;
  }

  async function end(): Promise<void> {
    const old = running;
    running = null;
    await old?.handle.stop();
  }

  /** The one that was built from something else ends before its successor begins: there is one engine to a root. */
  async function follow(): Promise<InPlace | null> {
    try {
      const settings = await context.reread();
      if (running?.key === keyOf(settings)) return null;
      await end();
      events.configured(settings);
      return await begin(settings);
    } catch (error) {
      await end();
      events.failed(error);
      return null;
    }
  }

  let inPlace = await begin(first);
  while (inPlace === null && !stopped.aborted) {
    await changed.next(stopped);
    if (!stopped.aborted) inPlace = await follow();
  }
  await end();
  return inPlace;
}

const keyOf = ({ config }: Settings): string => JSON.stringify(config);
