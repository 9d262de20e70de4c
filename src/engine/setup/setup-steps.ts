import { SyncError } from '../../core/errors.ts';
import type { SetupStep } from '../../core/setup/setup-plan.ts';
import { findProbe } from '../checkup/checkup-remote.ts';
import { createBaseStore } from '../state/base-store.ts';
import { openLedger } from '../state/ledger.ts';
import { copiedText, copyOver } from './copy-over.ts';
import { vetDeletedHere } from './deleted-here.ts';
import { verifyTarget } from './migrate-verify.ts';
import { pullFirst } from './pull-first.ts';
import { cleanUp } from './setup-clean.ts';
import { configure, ignore } from './setup-config.ts';
import { refuseShared } from './setup-copies.ts';
import type { RemoteSide } from './setup-ports.ts';
import { reach } from './setup-reach.ts';
import { expected, isThere, type Work } from './setup-work.ts';
import { shareRoot } from './share.ts';

/** Does one step, and tells what came of it. */
export async function performStep(work: Work, step: SetupStep): Promise<void> {
  switch (step.kind) {
    case 'reach':
      await reach(work);
      return vetDeletedHere(work);
    case 'probe':
      return probe(work, expected(work.remote));
    case 'pull':
      return pullFirst(work, expected(work.old));
    case 'copy':
      return work.tell(copiedText(await copyOver(work, step.from, step.to)));
    case 'share':
      return shareRoot(work, expected(work.remote));
    case 'verify':
      return (await isThere(work)) ? verify(work, step) : undefined;
    case 'configure':
      return configure(work);
    case 'ignore':
      return ignore(work, step.lines);
    case 'clean-up':
      if (await isApart(work, step.folder)) await cleanUp(work, step);
      return tellLedAstray(work, step.folder);
  }
}

async function verify(work: Work, step: Extract<SetupStep, { kind: 'verify' }>): Promise<void> {
  await verifyTarget(work, step.from);
  if (step.from !== null && step.from !== work.target.folder) await refuseShared(work, step.from);
}

/** Asked once more when all is written: what stood for the target before it was made may have been another folder. */
async function isApart({ parts, target, notes }: Work, folder: string): Promise<boolean> {
  const { isAround } = await parts.files.place(folder);
  if (!isAround && (await parts.folders.relation(folder, target.folder, true)) === 'apart') return true;
  notes.push(`${folder} stays where it was: it is the same as ${target.folder}, or one lies in the other.`);
  return false;
}

/** Another tool's file is never edited: whoever reads it still looks for the old folder. */
async function tellLedAstray({ parts, source, notes }: Work, folder: string): Promise<void> {
  if (source?.config.source !== '.swamp.yaml') return;
  if ((await parts.folders.open(folder).state()).kind !== 'missing') return;
  notes.push(
    `.swamp.yaml still leads to ${folder}, which is not there any more: other tools that read it need a new path there.`,
  );
}

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
