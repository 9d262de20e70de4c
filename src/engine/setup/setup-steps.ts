import { SyncError } from '../../core/errors.ts';
import { bytesText, countText } from '../../core/quantities.ts';
import type { SetupStep } from '../../core/setup/setup-plan.ts';
import { findProbe } from '../checkup/checkup-remote.ts';
import { createBaseStore } from '../state/base-store.ts';
import { openLedger } from '../state/ledger.ts';
import { copiedText, copyOver, joinText, pullFirst, readFolder, share } from './migrate.ts';
import { verifyTarget } from './migrate-verify.ts';
import { cleanUp } from './setup-clean.ts';
import { configure, ignore } from './setup-config.ts';
import type { RemoteSide } from './setup-ports.ts';
import { reachFolder, reachRemote, usableFolder } from './setup-reach.ts';
import { isThere, type Work, withSignal } from './setup-work.ts';

/** Does one step, and tells what came of it. */
export async function performStep(work: Work, step: SetupStep): Promise<void> {
  switch (step.kind) {
    case 'reach':
      return reach(work);
    case 'probe':
      return probe(work, expected(work.remote));
    case 'pull':
      return pullFirst(work, expected(work.old));
    case 'copy':
      return work.tell(copiedText(await copyOver(work, step.from, step.to)));
    case 'share':
      return shareStep(work, expected(work.remote));
    case 'verify':
      return (await isThere(work)) ? verifyTarget(work, step) : undefined;
    case 'configure':
      return configure(work);
    case 'ignore':
      return ignore(work, step.lines);
    case 'clean-up':
      return (await isApart(work, step.folder)) ? cleanUp(work, step) : undefined;
  }
}

/** Looks at what a step would meet; changes nothing. */
export async function lookAtStep(work: Work, step: SetupStep): Promise<void> {
  const { old, remote, options, parts, tell, source } = work;
  switch (step.kind) {
    case 'reach':
      return reach(work);
    case 'pull': {
      const { plan } = await expected(old).datastore.preview({ direction: 'pull', ...withSignal(options) });
      return tell(
        `${countText(plan.steps.length, 'step')} and ${countText(plan.conflicts.length, 'conflict')} to come`,
      );
    }
    case 'copy': {
      const { files } = await parts.folders
        .open(step.from)
        .walk(parts.skipFor(source?.config ?? parts.to), options.signal);
      return tell(`${countText(files.size, 'file')} (${bytesText(sizeOf(files))}) to copy`);
    }
    case 'share':
      if (await isThere(work)) tell(await joinText(work, expected(remote), await readFolder(work, step.folder)));
      return;
    case 'probe':
    case 'verify':
    case 'configure':
    case 'ignore':
    case 'clean-up':
      return;
  }
}

/** Asked once more when all is written: what stood for the target before it was made may have been another folder. */
async function isApart({ parts, target, notes }: Work, folder: string): Promise<boolean> {
  const { folders, files } = parts;
  const { isAround } = await files.place(folder);
  const isFree = !isAround && (await folders.relation(folder, target.folder)) === 'apart';
  if (isFree && !(await folders.shows(target.folder, folder))) return true;
  notes.push(`${folder} stays where it was: it is the same as ${target.folder}, or one lies in the other.`);
  return false;
}

async function reach(work: Work): Promise<void> {
  const { target, remote, parts, options, source } = work;
  const { dryRun, signal } = options;
  if (remote !== null) {
    await usableFolder(target.folder, parts);
    const { generation } = await reachRemote(remote, parts, work.tell, dryRun, signal);
    work.generation = generation;
    return;
  }
  const from = source?.folder ?? target.folder;
  const moves = from !== target.folder && (await parts.folders.open(from).state()).kind === 'folder';
  const bytes = moves ? sizeOf((await parts.folders.open(from).walk(parts.skipFor(parts.to), signal)).files) : 0;
  await reachFolder(target.folder, bytes, parts, work.tell, dryRun);
}

const sizeOf = (files: ReadonlyMap<string, { readonly size: number }>): number =>
  [...files.values()].reduce((sum, { size }) => sum + size, 0);

/** Whole, and its finding kept: the first write asks for it. Not again what the run before found, or what the root knows. */
async function probe({ parts, options, tell }: Work, { store }: RemoteSide): Promise<void> {
  const base = createBaseStore(parts.state);
  for (const known of [base, createBaseStore(parts.openState(parts.to))]) {
    const whole = await known.wholeProbe();
    const noted = whole?.remote === store.name ? whole.capabilities : null;
    const capabilities = noted ?? (await openLedger(known, store.name)).meta.capabilities;
    if (capabilities === null) continue;
    await base.setWholeProbe({ remote: store.name, capabilities });
    return tell('conditional writes work (tried before)');
  }
  const found = await findProbe({ ...parts, store, root: { state: parts.state } }, options.signal);
  if (!found.ok) throw new SyncError(found.problem.kind, found.problem.message, found.problem.remedy);
  const { cleaned } = found.value;
  const litter = cleaned.ok ? '' : `; its objects below probe/ stay (${cleaned.problem.message})`;
  tell(`conditional writes work${litter}`);
}

async function shareStep(work: Work, remote: RemoteSide): Promise<void> {
  const { tell, target } = work;
  const isFolder = await isThere(work);
  if (!isFolder && work.generation === null) return tell('there are no files yet');
  if (isFolder && work.generation !== null) tell(await joinText(work, remote, await readFolder(work, target.folder)));
  const report = await share(work, remote);
  const parts = [
    `${countText(report.uploaded, 'file')} sent`,
    `${report.downloaded} came`,
    `${report.adopted} were equal`,
    ...(report.conflicts.length === 0 ? [] : [`${countText(report.conflicts.length, 'conflict')} held back`]),
  ];
  tell(`${target.folder} in step with ${remote.store.name}: ${parts.join(', ')}`);
}

function expected<T>(part: T | null): T {
  if (part === null) throw new TypeError('a step without its remote');
  return part;
}
