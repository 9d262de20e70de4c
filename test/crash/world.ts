import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeCodec } from '../../src/adapters/codec.ts';
import { openLocalFiles } from '../../src/adapters/fs/local-files.ts';
import { openLockFile } from '../../src/adapters/fs/lock-file.ts';
import { openStateFiles } from '../../src/adapters/fs/state-files.ts';
import { createMemoryStore } from '../../src/adapters/store/memory-store.ts';
import { systemClock, systemIds } from '../../src/adapters/system.ts';
import type { ChunkLimits } from '../../src/core/plan/cut-chunks.ts';
import type { SyncReport } from '../../src/core/status/sync-report.ts';
import { openDatastore } from '../../src/engine/open-datastore.ts';
import type { ObjectStore } from '../../src/engine/ports.ts';
import { createManualClock } from '../support/manual-clock.ts';
import type { DiskTap } from './disk-tap.ts';
import { Dead, type Life } from './life.ts';
import { mortalStore } from './mortal-store.ts';
import type { Story } from './stories.ts';

/** A folder and its state folder, in which one process after the other may live and die. */
export interface Place {
  readonly name: string;
  /** The shared folder, absolute. */
  readonly root: string;
  /** Everything of this place lies below. */
  readonly top: string;
}

export interface World {
  readonly store: ObjectStore;
  readonly alice: Place;
  readonly bob: Place;
  /** A whole cycle in one life, a new process on that place, after an undo where that is asked for; null when it died of it. */
  cycle(place: Place, life: Life, asked?: Asked): Promise<Lived | null>;
  close(): void;
}

/** What a process is told to do. */
export type Asked = Pick<Story, 'options' | 'undoes'>;

export interface Lived {
  readonly report: SyncReport;
  /** What it told the person in its log, level before text. */
  readonly log: readonly string[];
}

/** In memory where the system has such a folder: the calls are the same, and here no power is cut. */
const ROOM = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
/** So that a file need not be large to have many. */
const CHUNKS: ChunkLimits = { least: 16, average: 48, most: 100 };
/** From one process to the next. Milliseconds. */
const MINUTE = 60_000;
/** Longer than a lease that nobody renews. Milliseconds of a clock that nobody waits for. */
const WAIT = 120_000;

export function openWorld(tap: DiskTap, { bringsIn }: Pick<Story, 'bringsIn'> = {}): World {
  const top = realpathSync(mkdtempSync(path.join(ROOM, 'crash-')));
  const store = createMemoryStore({ codec: nodeCodec, clock: systemClock, prefix: 'team' });
  const living = new Map<number, Life>();
  const place = (name: string): Place => {
    const root = path.join(top, name, 'workspace', 'data');
    mkdirSync(root, { recursive: true });
    return { name, root, top: path.join(top, name) };
  };
  return {
    store,
    alice: place('alice'),
    bob: place('bob'),
    async cycle({ name, root, top }, life, { options, undoes = false } = {}) {
      const log: string[] = [];
      const tell = (level: string) => (message: string) => void log.push(`${level}: ${message}`);
      const told = { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') };
      // Processes of one machine: a number for each, never used again.
      const pid = 1_000_000 + living.size;
      living.set(pid, life);
      const lockFile = openLockFile(path.join(root, '.datastore-staging', 'lock'));
      const clock = createManualClock({ hurries: true, wall: Date.now() + living.size * MINUTE });
      const datastore = openDatastore({
        store: mortalStore(store, life),
        state: openStateFiles(root, { env: { XDG_STATE_HOME: path.join(top, 'state') }, platform: 'linux', home: top }),
        openFiles: (run) =>
          openLocalFiles({
            workspace: path.dirname(root),
            root: 'data',
            run,
            clock,
            log: told,
            ...(bringsIn === 'copied' && { link: refuseLink }),
          }),
        lockFile: { ...lockFile, isAlive: (other) => living.get(other)?.diedAt === null },
        skip: () => false,
        codec: nodeCodec,
        clock,
        ids: systemIds,
        log: told,
        identity: { holder: `${name}@host`, user: name, hostname: 'host', pid, workspace: name, tool: 'cli' },
        ttlMs: 30_000,
        waitMs: WAIT,
        chunks: CHUNKS,
        compression: { least: 60 },
      });
      const outcome = await tap
        .inLife(life, async () => {
          const undone = undoes ? await datastore.undo() : null;
          const report = await datastore.sync(options);
          return { report: { ...report, problems: [...(undone?.left ?? []), ...report.problems] }, log };
        })
        .catch((error: unknown) => ({ error }));
      const died = life.diedAt !== null;
      // Whatever it still holds goes with it, also after a good end.
      life.end();
      await tap.bury(life);
      if (died) return null;
      if ('error' in outcome) throw outcome.error instanceof Dead ? new Error('died without a death') : outcome.error;
      return outcome;
    },
    close: () => rmSync(top, { recursive: true, force: true }),
  };
}

function refuseLink(): never {
  throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM', syscall: 'link' });
}
