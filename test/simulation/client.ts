import { nodeCodec } from '../../src/adapters/codec.ts';
import { buildExcludes } from '../../src/adapters/excludes.ts';
import { openLocalFiles } from '../../src/adapters/fs/local-files.ts';
import { openLockFile } from '../../src/adapters/fs/lock-file.ts';
import { openWholeReader } from '../../src/adapters/fs/reading/whole-files.ts';
import { openRememberedWalk } from '../../src/adapters/fs/remembered-walk.ts';
import { openStateFiles } from '../../src/adapters/fs/state-files.ts';
import { type Budget, bounded, createByteGate } from '../../src/adapters/store/bounded.ts';
import { createInFlight } from '../../src/adapters/store/in-flight.ts';
import { retrying } from '../../src/adapters/store/retrying.ts';
import type { HistoryPolicy } from '../../src/core/garbage/keep.ts';
import { BATCH_LIMITS, type BatchLimits } from '../../src/core/plan/batches.ts';
import type { CompressionLimits } from '../../src/core/plan/compression.ts';
import type { ChunkLimits } from '../../src/core/plan/cut-chunks.ts';
import type { PackLimits } from '../../src/core/plan/packs.ts';
import type { Datastore } from '../../src/engine/datastore.ts';
import { openDatastore } from '../../src/engine/open-datastore.ts';
import type { Codec, Ids, Log, ObjectStore, StateFiles } from '../../src/engine/ports.ts';
import type { Capabilities } from '../../src/engine/remote/probe.ts';
import { createBaseStore, emptyBase } from '../../src/engine/state/base-store.ts';
import { whole } from './bodies.ts';
import { ROOT } from './hands.ts';
import type { Loop } from './loop.ts';
import { clockOf, type Process } from './machine.ts';
import type { Random } from './random.ts';
import { leaveAll, readHere } from './read-here.ts';
import { stageHere, stageNone } from './stage-here.ts';
import { gzip, zstd } from './zlib.ts';

export interface Program {
  readonly process: Process;
  readonly datastore: Datastore;
  readonly budget: Budget;
}

export interface ProgramParts {
  readonly loop: Loop;
  readonly process: Process;
  readonly line: ObjectStore;
  readonly ttlMs: number;
  readonly waitMs: number;
  readonly packs: PackLimits;
  readonly chunks: ChunkLimits;
  readonly compression: CompressionLimits;
  readonly history: HistoryPolicy;
  readonly excluded: readonly string[];
  /** What an earlier day has found out about the store; null: nothing, or it is written down already. */
  readonly probed: Capabilities | null;
  readonly log: (level: keyof Log, message: string) => void;
}

/** Of the changes on a disk, by its watcher. */
const MISSED = 0.05;
/** A bound that small files can reach. */
export const BYTES_IN_FLIGHT = 2_000;
/** So small that many a pull has several. */
const BATCHES: readonly BatchLimits[] = [BATCH_LIMITS, { files: 3, bytes: 1_000 }, { files: 1, bytes: 1_000 }];
/** So few that the places are often all taken: else their number never changes. */
const IN_FLIGHT = { least: 2, start: 3, most: 8 };

/** The real engine on the real adapters, wired as `src/wire-datastore.ts` does it, on a simulated system. */
export function startProgram({
  loop,
  process,
  line,
  ttlMs,
  waitMs,
  packs,
  chunks,
  compression,
  history,
  excluded,
  probed,
  log,
}: ProgramParts): Program {
  const clock = clockOf(loop, process);
  const ids = idsOf(process.random);
  const budget = { requests: createInFlight(clock, IN_FLIGHT), bytes: createByteGate(BYTES_IN_FLIGHT) };
  const { machine } = process;
  const user = `user${machine.client + 1}`;
  const hostname = `host${machine.client + 1}`;
  const here = `/p${process.id}`;
  const logger: Log = {
    debug: (message) => log('debug', message),
    info: (message) => log('info', message),
    warn: (message) => log('warn', message),
    error: (message) => log('error', message),
  };
  // A window watches, and misses a change now and then.
  const memory = openRememberedWalk(`${here}${ROOT}`);
  if (process.tool === 'vscode') {
    memory.trust();
    process.hears = (path) => {
      if (!process.random.chance(MISSED) && path.startsWith(ROOT)) memory.touch(`${here}${path}`);
    };
  }
  // The same folder for every process of this machine, whatever its paths begin with.
  const state = openStateFiles(ROOT, { env: { XDG_STATE_HOME: `${here}/state` }, platform: 'linux', home: here });
  // Struck, too: what could not be written down is looked for again.
  if (probed !== null) remember(state, line.name, probed).catch(() => {});
  const datastore = openDatastore({
    store: retrying(bounded(line, budget), { clock, ids }),
    state,
    openFiles: (run) =>
      openLocalFiles({
        workspace: `${here}/workspace`,
        root: 'data',
        run,
        clock,
        log: logger,
        memory,
        // By processes, so that all ways to read and to write are played.
        readWhole: (root) => (process.id % 2 === 0 ? readHere(openWholeReader(root)) : leaveAll),
        stageMany: process.id % 3 === 0 ? stageNone : stageHere,
      }),
    lockFile: {
      ...openLockFile(`${here}${ROOT}/.datastore-staging/lock`),
      // Not this computer's: a seed shall say the same everywhere.
      machine: null,
      isAlive: (pid) => [...machine.processes].some(({ id, isDead }) => id === pid && !isDead),
    },
    skip: buildExcludes({ directories: null, exclude: excluded.map((folder) => `/${folder}/`) }),
    codec,
    clock,
    ids,
    log: logger,
    identity: {
      holder: `${user}@${hostname}`,
      user,
      hostname,
      pid: process.id,
      workspace: 'workspace',
      tool: process.tool,
    },
    ttlMs,
    waitMs,
    packs,
    chunks,
    compression,
    history,
    batches: BATCHES[process.id % BATCHES.length] ?? BATCH_LIMITS,
  });
  return { process, datastore, budget };
}

async function remember(state: StateFiles, remote: string, capabilities: Capabilities): Promise<void> {
  const { meta, entries } = emptyBase(remote);
  await createBaseStore(state).save({ meta: { ...meta, capabilities }, entries });
}

/** As Node's, but without its thread pool, which nothing could put in order. */
const codec: Codec = {
  ...nodeCodec,
  gzip: async (bytes) => gzip.pack(bytes),
  gunzip: async (bytes, limit) => gzip.unpack(bytes, limit),
  zstd: async (bytes) => zstd.pack(bytes),
  async *unzstd(body, limit) {
    yield zstd.unpack(await whole({ body }), limit);
  },
};

function idsOf(random: Random): Ids {
  return {
    uuid: () => `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-8${random.hex(3)}-${random.hex(12)}`,
    nonce: () => random.hex(32),
    random: () => random.next(),
  };
}
