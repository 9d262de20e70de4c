import { onTestFinished } from 'vitest';
import { DEFAULT_TIMING } from '../../src/core/config/timing.ts';
import type { SyncError } from '../../src/core/errors.ts';
import { isCutOff } from '../../src/core/status/cut-off.ts';
import { EMPTY_PREVIEW, EMPTY_REPORT, type Preview } from '../../src/core/status/sync-report.ts';
import { type AutoSync, createCoordinator } from '../../src/engine/coordinator/coordinator.ts';
import type { Datastore, LeaseView, SyncOptions } from '../../src/engine/datastore.ts';
import type { Watcher } from '../../src/engine/ports.ts';
import { createManualClock } from '../support/manual-clock.ts';

/** A coordinator on a scripted datastore, watcher, network and clock, already started. */
export function startScripted(options: { autoSync?: AutoSync; busyPaths?: () => ReadonlySet<string> } = {}) {
  const clock = createManualClock();
  const watcher = scriptedWatcher();
  const datastore = scriptedDatastore(clock);
  const network = { here: '10.0.0.7', addresses: () => network.here };
  const coordinator = createCoordinator({
    datastore,
    watcher,
    skip: () => false,
    clock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    autoSync: options.autoSync ?? 'on',
    timing: DEFAULT_TIMING,
    network,
    ...(options.busyPaths ? { busyPaths: options.busyPaths } : {}),
  });
  coordinator.start();
  onTestFinished(async () => {
    datastore.takesMs = 0;
    const ended = coordinator.dispose();
    await clock.advance(100_000);
    await ended;
  });
  return {
    coordinator,
    clock,
    watcher,
    datastore,
    network,
    /** Cycles and looks at both sides, as the datastore was asked for them. */
    calls: () => datastore.calls.filter((call) => call !== 'look here'),
  };
}

function scriptedWatcher() {
  let tell: (paths: readonly string[]) => void = () => {};
  const watcher = {
    stopped: false,
    changed: (paths: readonly string[]) => tell(paths),
    watch(_skip: unknown, changed: (paths: readonly string[]) => void) {
      tell = changed;
      return async () => {
        watcher.stopped = true;
      };
    },
  };
  return watcher satisfies Watcher;
}

type Scripted = Datastore & {
  readonly calls: string[];
  takesMs: number;
  failure: SyncError | null;
  lateProgress: boolean;
  /** What stops a sync of all, as a look finds it. */
  vetoes: Preview['vetoes'];
  /** What a look without the remote finds. */
  waiting: Preview['plan']['steps'];
  generation: number;
  polls: number;
  /** Cycles at the same time, at most. */
  most: number;
  holders: number;
  closed: boolean;
};

function scriptedDatastore(clock: ReturnType<typeof createManualClock>): Scripted {
  let running = 0;
  async function cycle<T>(call: string, options: SyncOptions, result: () => T): Promise<T> {
    datastore.calls.push(call);
    running += 1;
    datastore.most = Math.max(datastore.most, running);
    try {
      if (datastore.takesMs > 0) await clock.sleep(datastore.takesMs, options.signal);
      options.signal?.throwIfAborted();
      if (datastore.lateProgress)
        clock.after(1_000, () =>
          options.onProgress?.({ phase: 'uploading', files: 1, totalFiles: 2, bytes: 1, totalBytes: 2 }),
        );
      if (datastore.failure) throw datastore.failure;
      return result();
    } finally {
      running -= 1;
    }
  }
  const view = (): LeaseView => ({
    lease: null,
    ours: 'no',
    generation: datastore.generation,
    committedAt: null,
    committedBy: null,
    seenAt: clock.now(),
    latencyMs: 1,
  });
  async function lookHere(): Promise<Preview> {
    datastore.calls.push('look here');
    return { ...EMPTY_PREVIEW, plan: { ...EMPTY_PREVIEW.plan, steps: datastore.waiting } };
  }
  const unused = () => Promise.reject(new Error('not used here'));
  const datastore: Scripted = {
    inPlace: null,
    calls: [],
    takesMs: 0,
    failure: null,
    lateProgress: false,
    vetoes: [],
    waiting: [],
    generation: 1,
    polls: 0,
    most: 0,
    holders: 0,
    closed: false,
    sync: (options = {}) =>
      cycle(['sync', options.direction].filter(Boolean).join(' '), options, () => ({
        ...EMPTY_REPORT,
        generation: datastore.generation,
      })),
    preview: (options = {}) =>
      options.lastKnown === true
        ? lookHere()
        : cycle('preview', options, () => ({
            ...EMPTY_PREVIEW,
            vetoes: datastore.vetoes,
            generation: datastore.generation,
          })),
    async lease() {
      datastore.polls += 1;
      if (isCutOff(datastore.failure?.kind)) throw datastore.failure;
      return view();
    },
    async acquire({ signal }) {
      await clock.sleep(10, signal);
      datastore.holders += 1;
      return {
        record: {} as never,
        signal: new AbortController().signal,
        async release() {
          datastore.holders -= 1;
        },
        isGivenBack: unused,
      };
    },
    async close() {
      datastore.closed = true;
    },
    release: async () => false,
    forceRelease: unused,
    contents: unused,
    lastContents: unused,
    readVersion: () => {
      throw new Error('not used here');
    },
    readRemote: () => {
      throw new Error('not used here');
    },
    conflicts: unused,
    verify: unused,
    gc: unused,
    undoPoints: unused,
    previewUndo: unused,
    undo: unused,
    local: unused,
  };
  return datastore;
}
