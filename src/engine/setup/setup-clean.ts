import { SyncError } from '../../core/errors.ts';
import { type FileStamp, sameStamp } from '../../core/format/tree.ts';
import { countText } from '../../core/quantities.ts';
import { hasUnmatched, keptTexts, staysText } from '../../core/setup/kept-text.ts';
import type { SetupStep } from '../../core/setup/setup-plan.ts';
import { copyOver } from './copy-over.ts';
import { refuseUnknown } from './folder-files.ts';
import { leftOutOf } from './left-out.ts';
import { verifyTarget } from './migrate-verify.ts';
import { refuseShared } from './setup-copies.ts';
import { deleteSource, settleAsides } from './setup-delete.ts';
import { asideName, type Work } from './setup-work.ts';
import { sweepSource } from './sweep-halves.ts';
import { ROUNDS, writtenTo } from './written-to.ts';

/**
 * Takes the source's folder out of the way, once all in it was verified at the target. A folder that cannot be moved is told and no
 * more: the set-up itself is done. SyncError('local') while something is there that the target may not have.
 */
export async function cleanUp(work: Work, { folder, aside }: Extract<SetupStep, { kind: 'clean-up' }>): Promise<void> {
  if (work.found.verified === null) return;
  await sweepSource(work, folder, true);
  await settleAsides(work, folder);
  await work.parts.folders.tidy(folder);
  await refuseShared(work, folder);
  for (let round = 1; ; round += 1) {
    const changed = await changedSince(work, folder);
    if (changed === 0) {
      // What is not for sure at the target as it was verified is deleted by nobody but the person.
      if (aside !== null || hasUnmatched(work.found.unmatched) || !work.found.isDurable)
        return moveAside(work, folder, aside);
      // What syncs there later, with the configuration of before, would take what is gone for deleted.
      if (work.source?.config.backend.type === 's3') await work.parts.folders.unmark(folder);
      if (await deleteSource(work, folder)) return;
    }
    if (round === ROUNDS)
      throw writtenTo(
        `${folder} stays: ${countText(Math.max(changed, 1), 'file')} in it changed since it was verified`,
      );
    await followUp(work, folder);
  }
}

/** What came to the source since it was verified, brought to the target's folder and verified there. */
async function followUp(work: Work, folder: string): Promise<void> {
  const { target, notes, remote } = work;
  const { copied } = await copyOver(work, folder, target.folder);
  await verifyTarget(work, folder);
  if (remote !== null && copied > 0)
    notes.push(`${countText(copied, 'file')} came late, and will be sent by the next sync: datastore sync`);
}

async function moveAside(work: Work, folder: string, aside: string | null): Promise<void> {
  const { parts, notes, target, found } = work;
  const kept = { ...found.unmatched, isDurable: found.isDurable, leftOut: (await leftOutOf(work, folder)).length };
  const texts = (at: string): readonly string[] => keptTexts(kept, at, target.folder);
  const isSeen = !found.isIgnored && (await parts.files.ignorable(folder)) !== null;
  const stays = staysText(folder, kept, isSeen);
  if (stays !== null) notes.push(stays);
  const name = aside ?? asideName(folder, parts.clock.now());
  const at = stays === null ? await movedTo(work, folder, name, texts(folder).length === 0) : folder;
  if (aside === null && hasUnmatched(kept))
    notes.push(`${folder} is not deleted: it has what ${target.folder} has not.`);
  notes.push(...texts(at));
}

/** Where it is then. `isWhole`: all in it is at the target. */
async function movedTo({ locks, tell, notes, options }: Work, folder: string, name: string, isWhole: boolean) {
  try {
    options.signal?.throwIfAborted();
    const isLocked = locks.hasSource();
    const { at, unreleased } = await locks.moveSource(folder, name);
    if (!isLocked)
      notes.push(
        `${at} was moved without a lock, for none could be made in it: what another wrote there meanwhile went along.`,
      );
    if (unreleased !== null) notes.push(`${at} may still have the lock of this set-up: ${unreleased}`);
    tell(`${folder} moved to ${at}${isWhole ? ': delete it when you no longer need it' : ''}`);
    return at;
  } catch (error) {
    if (!(error instanceof SyncError && error.kind === 'local')) throw error;
    notes.push(`${folder} stays where it was: ${error.message}`);
    return folder;
  }
}

/** Files in it that are not as they were verified. */
async function changedSince({ parts, source, options, found }: Work, folder: string): Promise<number> {
  const files = parts.folders.open(folder);
  const { files: now, unknown } = await files.walk(parts.skipFor(source?.config ?? parts.to), options.signal);
  refuseUnknown(files, { unknown, irregular: new Map() });
  const stamps = new Map<string, FileStamp>(
    [...(found.verified?.files ?? [])].map(([path, { stamp }]) => [path, stamp]),
  );
  let changed = 0;
  for (const [path, stamp] of now) {
    const before = stamps.get(path);
    if (before === undefined || !sameStamp(before, stamp)) changed += 1;
  }
  return changed;
}
