import type { Problem } from '../../core/errors.ts';
import type { BaseEntry, Entry, FileStamp } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import { type BatchLimits, batchesOf } from '../../core/plan/batches.ts';
import type { Step } from '../../core/plan/plan.ts';
import { breathing } from '../breath.ts';
import type { FetchParts } from '../contents/download.ts';
import type { ApplyAnswer, ApplyIntent, Clock, Log, StagedFile } from '../ports.ts';
import { type Arrived, openArrivals } from './arrivals.ts';
import { keepCopy } from './keep-copy.ts';

export interface Applied {
  /** Base entries that are now true. */
  readonly advanced: readonly BaseEntry[];
  readonly forgotten: readonly SyncPath[];
  readonly downloaded: number;
  readonly deleted: number;
  readonly problems: readonly Problem[];
  /** The path moved under our hands: plan again. */
  readonly moved: readonly SyncPath[];
  /** An object was gone: the head tells whether it was collected or is damage. */
  readonly missing: readonly Problem[];
}

export interface ApplyParts extends FetchParts {
  readonly batches: BatchLimits;
  readonly log: Log;
  readonly clock: Clock;
  /** The filesystem's clock when the scan began. */
  readonly scannedAt: number;
  readonly conflictSuffix: string;
  readonly onFile: () => void;
  /** All of a batch is here, and the disk is changed next. */
  readonly onChange: () => Promise<void>;
  /** What is done so far becomes durable: called after every batch, also after one that failed. */
  readonly record: (advanced: readonly BaseEntry[], forgotten: readonly SyncPath[], isLast: boolean) => Promise<void>;
}

/**
 * Brings the remote's changes to disk: `download`, `delete-local` and `keep-both` steps, deletions first. While one batch is put in place the
 * contents of the next are fetched.
 */
export async function applyToDisk(parts: ApplyParts, steps: readonly Step[]): Promise<Applied> {
  const { files } = parts;
  const total = {
    advanced: [] as BaseEntry[],
    forgotten: [] as SyncPath[],
    downloaded: 0,
    deleted: 0,
    problems: [] as Problem[],
    moved: [] as SyncPath[],
    missing: [] as Problem[],
  };
  const stop = new AbortController();
  const signal = parts.signal ? AbortSignal.any([parts.signal, stop.signal]) : stop.signal;
  const fetch = openArrivals({ ...parts, signal });
  const all = [...batchesOf(steps, parts.batches)];
  let coming = fetch(all[0] ?? []);
  try {
    for (const [index, batch] of all.entries()) {
      const from = { advanced: total.advanced.length, forgotten: total.forgotten.length };
      try {
        await removeAll(batch.filter((step) => step.kind === 'delete-local'));
        const arrived = await coming;
        parts.signal?.throwIfAborted();
        if (arrived.failure === null) coming = fetch(all[index + 1] ?? []);
        await installAll(arrived);
      } finally {
        await files.flush();
        const isLast = index === all.length - 1;
        await parts.record(total.advanced.slice(from.advanced), total.forgotten.slice(from.forgotten), isLast);
      }
    }
  } finally {
    // Nothing is left on its way, whatever came in between.
    stop.abort();
    for (const { file } of (await coming).ready) await files.discard(file).catch(() => undefined);
  }
  return total;

  async function removeAll(steps: readonly Step[]) {
    await intend(steps);
    for (const step of steps) await settle(step, await removeLocal(step));
  }

  async function installAll({ ready, problems, missing, failure }: Arrived) {
    total.problems.push(...problems);
    total.missing.push(...missing);
    await intend(ready.map(({ step }) => step));
    const breathe = breathing(parts.clock, parts.signal);
    for (const { step, file } of ready) {
      await breathe();
      await settle(step, await install(step, file));
    }
    // What arrived before the failure is in place by now, and is not fetched again.
    if (failure) throw failure.error;
  }

  async function intend(steps: readonly Step[]) {
    if (steps.length === 0) return;
    await parts.onChange();
    await files.intend(steps.map(intent));
  }

  async function install(step: Step, file: StagedFile): Promise<ApplyAnswer> {
    if (step.kind === 'keep-both' && step.copyTo && step.local) {
      const kept = await files.duplicate(step.path, step.copyTo, step.local.stamp);
      if (kept.kind !== 'done') {
        await files.discard(file);
        return kept;
      }
    }
    const answer = await files.install(file, step.path, step.local?.stamp ?? null);
    if (answer.kind !== 'done') await files.discard(file);
    return answer;
  }

  async function removeLocal(step: Step): Promise<ApplyAnswer> {
    return step.local ? files.remove(step.path, step.local.stamp) : { kind: 'moved' };
  }

  async function settle(step: Step, answer: ApplyAnswer) {
    if (answer.kind === 'refused') return void total.problems.push({ path: step.path, reason: answer.reason });
    if (answer.kind === 'moved') {
      if (answer.aside !== undefined) total.problems.push(await keepCopy(parts, step.path, answer.aside));
      return void total.moved.push(step.path);
    }
    parts.onFile();
    if (answer.aside !== null) await keepLateWrite(step, answer.aside);
    if (step.kind === 'delete-local') {
      total.deleted += 1;
      total.forgotten.push(step.path);
    } else {
      total.downloaded += 1;
      if (answer.stamp && step.remote) total.advanced.push(baseEntry(step.remote, answer.stamp));
    }
  }

  function baseEntry(remote: Entry, stamp: FileStamp): BaseEntry {
    return { path: remote.path, sha256: remote.sha256, stamp, seenAt: parts.scannedAt };
  }

  // A program may have written through a handle it held: what was moved aside is then no longer the version we knew.
  async function keepLateWrite(step: Step, aside: string) {
    if ((await files.hashAside(aside)) !== step.local?.sha256)
      total.problems.push(await keepCopy(parts, step.path, aside));
  }
}

const intent = (step: Step): ApplyIntent => ({
  path: step.path,
  expected: step.local?.sha256 ?? null,
  becomes: step.kind === 'delete-local' ? null : (step.remote?.sha256 ?? null),
});
