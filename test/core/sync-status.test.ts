import { describe, expect, it } from 'vitest';
import type { SyncErrorKind } from '../../src/core/errors.ts';
import type { LeaseRecord } from '../../src/core/format/records.ts';
import type { SyncPath } from '../../src/core/paths/sync-path.ts';
import type { Step, StepKind } from '../../src/core/plan/plan.ts';
import { type Headline, headlineOf } from '../../src/core/status/headline.ts';
import {
  EMPTY_PREVIEW,
  EMPTY_REPORT,
  type Phase,
  type Preview,
  type Progress,
  type SyncReport,
} from '../../src/core/status/sync-report.ts';
import { INITIAL_STATUS, reduceStatus, type StatusEvent } from '../../src/core/status/sync-status.ts';

const AT = 1_763_650_000_000;
const LEASE = { holder: 'alice@build-7', nonce: 'n' } as LeaseRecord;

const step = (kind: StepKind, path = 'a'): Step => ({
  kind,
  path: path as SyncPath,
  base: null,
  local: null,
  remote: null,
});
const conflict = { ...step('adopt', 'c'), reason: 'both-changed' as const };
const previewed = (...steps: Step[]): StatusEvent => ({ kind: 'previewed', preview: preview({ steps }) });
const preview = (plan: Partial<Preview['plan']>): Preview => ({
  ...EMPTY_PREVIEW,
  plan: { ...EMPTY_PREVIEW.plan, ...plan },
  generation: 3,
});
const report = (more: Partial<SyncReport> = {}): SyncReport => ({
  ...EMPTY_REPORT,
  generation: 3,
  requests: 1,
  ms: 5,
  ...more,
});
const synced = (more: Partial<SyncReport> = {}): StatusEvent => ({ kind: 'synced', report: report(more), at: AT });
const failed = (kind: SyncErrorKind): StatusEvent => ({
  kind: 'failed',
  error: { kind, message: 'why', remedy: 'do' },
  at: AT,
});
const progress = (phase: Phase, holder?: string): StatusEvent => ({
  kind: 'progress',
  progress: {
    phase,
    files: 1,
    totalFiles: 4,
    bytes: 1,
    totalBytes: 4,
    ...(holder === undefined ? {} : { holder }),
  } satisfies Progress,
});
const register = (ours: 'this-process' | 'no' | null, generation = 3): StatusEvent => ({
  kind: 'register',
  lease: ours === null ? null : { record: LEASE, ours },
  generation,
  seenAt: AT,
  latencyMs: 7,
});

const rows: readonly (readonly [string, readonly StatusEvent[], Partial<Headline>])[] = [
  ['nothing is known at first', [], { kind: 'unknown' }],
  ['a look that finds nothing', [previewed()], { kind: 'in-step' }],
  ['adopting is nothing to transfer', [previewed(step('adopt'), step('forget'))], { kind: 'in-step' }],
  [
    'a look that finds work, both ways',
    [previewed(step('upload'), step('delete-remote'), step('download'))],
    { kind: 'pending', up: 2, down: 1 },
  ],
  [
    'hints of the watcher count until a look',
    [synced(), { kind: 'touched', paths: 3 }],
    { kind: 'pending', up: 3, down: 0 },
  ],
  [
    'hints never lower what a look has found',
    [previewed(step('upload'), step('upload', 'b')), { kind: 'touched', paths: 1 }],
    { kind: 'pending', up: 2, down: 0 },
  ],
  ['a cycle ends in step', [previewed(step('upload')), synced()], { kind: 'in-step' }],
  ['bytes that move outrank what is pending', [previewed(step('upload')), progress('uploading')], { kind: 'syncing' }],
  ['scanning is no news', [synced(), progress('scanning')], { kind: 'in-step' }],
  ['progress ends with the cycle', [progress('uploading'), synced()], { kind: 'in-step' }],
  ['progress ends with a failure', [synced(), progress('uploading'), failed('cancelled')], { kind: 'in-step' }],
  ['waiting names the holder', [synced(), progress('waiting', 'bob@desk')], { kind: 'locked', holder: 'bob@desk' }],
  [
    'conflicts outrank offline',
    [synced({ conflicts: [conflict] }), failed('offline')],
    { kind: 'conflicts', count: 1 },
  ],
  [
    'conflicts outrank bytes that move',
    [synced({ conflicts: [conflict] }), progress('uploading')],
    { kind: 'conflicts', count: 1 },
  ],
  [
    'a veto outranks conflicts',
    [synced({ conflicts: [conflict] }), failed('veto')],
    { kind: 'vetoed', message: 'why' },
  ],
  [
    'signed out outranks conflicts',
    [synced({ conflicts: [conflict] }), failed('credentials')],
    { kind: 'signed-out', message: 'why' },
  ],
  ['a store without compare-and-swap is read-only', [synced(), failed('unsafe-store')], { kind: 'read-only' }],
  ['offline', [synced(), failed('offline')], { kind: 'offline' }],
  ['offline is over when the register was read', [synced(), failed('offline'), register(null)], { kind: 'in-step' }],
  ['an error is not over by that', [synced(), failed('denied'), register(null)], { kind: 'error', message: 'why' }],
  ['an error is over after a cycle', [failed('denied'), synced()], { kind: 'in-step' }],
  ['what the person stopped is no error', [synced(), failed('cancelled')], { kind: 'in-step' }],
  ['the lease of another', [synced(), register('no')], { kind: 'locked', holder: 'alice@build-7' }],
  ['the lease of this window', [synced(), register('this-process')], { kind: 'held-by-me' }],
  ['locked, and nobody knows by whom', [synced(), failed('locked')], { kind: 'locked', holder: 'another process' }],
  ['locked is over when the lease is free', [synced(), failed('locked'), register(null)], { kind: 'in-step' }],
  [
    'locked goes on while it is held',
    [synced(), failed('locked'), register('no')],
    { kind: 'locked', holder: 'alice@build-7' },
  ],
  ['a newer commit is something to come', [synced(), register(null, 4)], { kind: 'pending', up: 0, down: 1 }],
  ['paused', [synced(), { kind: 'paused' }], { kind: 'paused' }],
  ['paused outranks pending', [{ kind: 'paused' }, previewed(step('upload'))], { kind: 'paused' }],
  ['resumed', [synced(), { kind: 'paused' }, { kind: 'resumed' }], { kind: 'in-step' }],
];

describe('the headline', () => {
  it.each(rows)('%s', (_, events, expected) => {
    expect(headlineOf(events.reduce(reduceStatus, INITIAL_STATUS))).toMatchObject(expected);
  });
});

const syncedPart = (part: 'up' | 'down' | readonly string[]): StatusEvent => ({
  kind: 'synced',
  report: report(),
  at: AT,
  part,
});
const partSynced = syncedPart([]);
const looked = (vetoes: Preview['vetoes']): StatusEvent => ({
  kind: 'previewed',
  preview: { ...preview({ steps: [step('upload')] }), vetoes },
});
const veto = { kind: 'root-gone', known: 3 } as unknown as Preview['vetoes'][number];

describe('what stopped a sync', () => {
  it.each<[what: string, events: readonly StatusEvent[], expected: Headline['kind']]>([
    ['is over after a cycle', [failed('veto'), synced()], 'in-step'],
    ['stays when a part was approved', [failed('veto'), partSynced], 'vetoed'],
    ['stays when a look finds it again', [failed('veto'), partSynced, looked([veto])], 'vetoed'],
    ['is over when a look finds it no more', [failed('veto'), looked([])], 'pending'],
    ['is over after a part too, where it is no veto', [previewed(), failed('denied'), partSynced], 'in-step'],
    ['is not over by a look, where it is no veto', [failed('denied'), looked([])], 'error'],
    ['does not begin with a look', [looked([veto])], 'pending'],
  ])('%s', (_, events, expected) => {
    expect(headlineOf(events.reduce(reduceStatus, INITIAL_STATUS)).kind).toBe(expected);
  });
});

describe('whether anything was looked at', () => {
  const hint: StatusEvent = { kind: 'touched', paths: 2 };
  it.each<[what: string, events: readonly StatusEvent[], expected: boolean]>([
    ['at first', [], false],
    ['a hint of the watcher', [hint], false],
    ['the register read', [register('no')], false],
    ['a failure', [failed('offline')], false],
    ['a cycle under way', [progress('scanning')], false],
    ['a look', [previewed()], true],
    ['a look at what was last seen', [{ kind: 'waiting', preview: preview({}) }], false],
    ['a cycle', [synced()], true],
    ['a failure after a look', [previewed(), failed('offline'), hint], true],
  ])('%s: %s', (_, events, expected) => {
    expect(events.reduce(reduceStatus, INITIAL_STATUS).looked).toBe(expected);
  });
});

describe('what a cycle of a part leaves', () => {
  const before = previewed(step('upload', 'a'), step('delete-remote', 'b'), step('download', 'c'), step('adopt', 'd'));
  const hint: StatusEvent = { kind: 'touched', paths: 5 };
  it.each<[what: string, events: readonly StatusEvent[], pending: object | null, changes: readonly string[]]>([
    ['a push: what is to come', [before, syncedPart('up')], { up: 0, down: 1 }, ['c']],
    ['a pull: what is to go', [before, syncedPart('down')], { up: 2, down: 0 }, ['a', 'b']],
    ['an approved part: the rest', [before, syncedPart(['a', 'c'])], { up: 1, down: 0 }, ['b']],
    ['an approved part: what was only counted', [before, hint, syncedPart(['a'])], { up: 4, down: 1 }, ['b', 'c']],
    ['a push where nothing was looked at: nobody knows', [syncedPart('up')], null, []],
    ['all: nothing', [before, synced()], { up: 0, down: 0 }, []],
  ])('%s', (_, events, pending, changes) => {
    const status = events.reduce(reduceStatus, INITIAL_STATUS);
    expect(status.pending).toEqual(pending);
    expect(status.changes.map(({ path }) => path)).toEqual(changes);
  });
});

describe('the status', () => {
  it('names the steps that a look has found, without what moves no file', () => {
    const status = reduceStatus(
      INITIAL_STATUS,
      previewed(step('upload', 'x'), step('adopt', 'y'), step('download', 'z')),
    );
    expect(status.changes.map(({ path }) => path)).toEqual(['x', 'z']);
  });
  it('forgets them after a cycle', () => {
    const status = [previewed(step('upload', 'x')), synced()].reduce(reduceStatus, INITIAL_STATUS);
    expect(status.changes).toEqual([]);
  });
});
