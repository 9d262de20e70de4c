import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Place } from './contender.ts';
import type { Scene } from './story.ts';

interface Parts extends Pick<Scene, 'contender' | 'server' | 'took'> {
  readonly here: Place;
  readonly there: Place;
}

/** What `datastore watch --json-events` says after a cycle. */
interface Synced {
  readonly event: 'synced';
  readonly uploaded: number;
  readonly downloaded: number;
  readonly requests: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly ms: number;
}

const SETTLE_MS = 500;
const SAVES = 5;
/** Requests. */
const POLL = 1;

/**
 * W10. Both folders are watched; the other one asks every second. Time is from the moment when the saved file has settled to the
 * commit, and then that of the other folder's cycle: how long it waits before it asks is a setting. Requests and bytes are those of
 * both cycles, and the poll that finds the commit.
 */
export async function playEveryday({ contender, server, here, there, took }: Parts): Promise<void> {
  const watches: Watch[] = [];
  const watch = (place: Place, pollSeconds: number): Watch => {
    const timing = `timing: { settleSeconds: ${SETTLE_MS / 1000}, pollSeconds: ${pollSeconds} }\n`;
    appendFileSync(join(place.workspace, '.datastore.yaml'), timing);
    const { program, args, cwd, env } = contender.command('both', place, server);
    const [script = ''] = args;
    const child = spawn(program, [script, 'watch', '--json-events'], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const opened = followed(child);
    watches.push(opened);
    return opened;
  };
  try {
    const one = watch(here, 86_400);
    await one.synced(({ uploaded }) => uploaded > 0);
    const other = watch(there, 1);
    await other.synced(({ downloaded }) => downloaded > 0);
    for (let nth = 0; nth < SAVES; nth += 1) {
      const [sent, got] = [
        one.synced(({ uploaded }) => uploaded > 0),
        other.synced(({ downloaded }) => downloaded > 0),
      ];
      writeFileSync(join(here.data, 'items', 'saved.txt'), `saved ${nth} at ${performance.now()}\n`);
      const saved = performance.now();
      const [up, down] = [await sent, await got];
      took('W10', {
        wallMs: up.at - saved - SETTLE_MS + down.event.ms,
        flushMs: 0,
        cpuMs: Number.NaN,
        peakBytes: Number.NaN,
        requests: up.event.requests + POLL + down.event.requests,
        bytesUp: up.event.bytesUp + down.event.bytesUp,
        bytesDown: up.event.bytesDown + down.event.bytesDown,
      });
    }
  } finally {
    await Promise.all(watches.map((one) => one.stop()));
  }
}

interface Watch {
  /** The next one like this, and when it was told. Rejects when the program ends. */
  synced(like: (event: Synced) => boolean): Promise<{ readonly event: Synced; readonly at: number }>;
  stop(): Promise<void>;
}

function followed(child: ChildProcess): Watch {
  const gone = once(child, 'exit');
  const waiting = new Set<(event: Synced, at: number) => void>();
  if (child.stdout === null) throw new Error('watch has no output');
  createInterface(child.stdout).on('line', (line) => {
    const event = JSON.parse(line) as Synced | { readonly event: 'progress' | 'phase' | 'failed' };
    const at = performance.now();
    if (event.event === 'failed') process.stderr.write(`${line}\n`);
    if (event.event === 'synced') for (const hear of waiting) hear(event, at);
  });
  return {
    synced: (like) =>
      new Promise((resolve, reject) => {
        const hear = (event: Synced, at: number): void => {
          if (!like(event)) return;
          waiting.delete(hear);
          resolve({ event, at });
        };
        waiting.add(hear);
        void gone.then(() => reject(new Error('watch has ended')));
      }),
    async stop() {
      child.kill('SIGINT');
      await gone;
    },
  };
}
