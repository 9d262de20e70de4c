import { withholder } from '../../core/paths/credential-paths.ts';
import type { Held } from '../../core/plan/plan.ts';
import { countText } from '../../core/quantities.ts';
import { staysText } from '../../core/setup/kept-text.ts';
import type { ComparedFile } from '../../core/setup/setup-compare.ts';
import type { SetupStep } from '../../core/setup/setup-plan.ts';
import { EMPTY_PREVIEW } from '../../core/status/sync-report.ts';
import { refuseVetoed } from '../cycle/sight.ts';
import { vetDeletedHere } from './deleted-here.ts';
import { comparedFiles } from './folder-files.ts';
import { heldWith } from './held-conflicts.ts';
import { lookAtCopy } from './look-at-copy.ts';
import { type Coming, readOf, sizesOf, unread } from './look-files.ts';
import { refuseProblems } from './pull-first.ts';
import { namingCommand } from './pull-veto.ts';
import type { RemoteSide } from './setup-ports.ts';
import { reach } from './setup-reach.ts';
import { expected, isThere, type Work, withSignal } from './setup-work.ts';
import { joinText } from './share.ts';

/** Looks at what each step would meet, in their order, and ends as they would; changes nothing. */
export function openLook(work: Work): (step: SetupStep) => Promise<void> {
  const coming: Coming = new Map();
  return async (step) => {
    switch (step.kind) {
      case 'reach':
        await reach(work);
        return vetDeletedHere(work);
      case 'pull':
        return lookAtPull(work, expected(work.old), coming);
      case 'copy':
        return lookAtCopy(work, step, coming);
      case 'share':
        return lookAtShare(work, expected(work.remote), coming);
      case 'probe':
      case 'verify':
      case 'configure':
      case 'ignore':
        return;
      case 'clean-up':
        return lookAtCleanUp(work, step.folder);
    }
  };
}

function lookAtCleanUp({ target, found, notes }: Work, folder: string): void {
  const stays = staysText(folder, { withheld: target.kind === 'folder' ? found.problems.length : 0 }, false);
  if (stays !== null) notes.push(stays);
}

async function lookAtPull(work: Work, { datastore, store }: RemoteSide, coming: Coming): Promise<void> {
  const { options, tell } = work;
  const { plan, vetoes, generation, held } = await datastore.preview({ direction: 'pull', ...withSignal(options) });
  await namingCommand('pull', async () => refuseVetoed(vetoes, {}, generation ?? 0));
  if (plan.conflicts.length > 0) throw heldWith(store.name, plan.conflicts);
  const there: ReadonlyMap<string, unknown> = await datastore.contents(options.signal);
  refuseProblems(
    held.filter(({ path }) => there.has(path)),
    store.name,
  );
  for (const { kind, path, remote } of plan.steps) {
    if (kind === 'download' && remote !== null) coming.set(path, remote);
    if (kind === 'delete-local') coming.set(path, null);
  }
  tell(`${countText([...coming.values()].filter((file) => file !== null).length, 'file')} to come from ${store.name}`);
}

async function lookAtShare(work: Work, { datastore }: RemoteSide, coming: Coming): Promise<void> {
  const { parts, options, target, tell } = work;
  const isFolder = await isThere(work);
  if (!isFolder && coming.size === 0 && work.found.generation === null) return tell('there are no files yet');
  const there = await datastore.contents(options.signal);
  const files = new Map<string, ComparedFile>();
  if (isFolder) {
    for (const [path, size] of await sizesOf(work, target.folder, parts.to)) files.set(path, unread(size));
    for (const [path, file] of comparedFiles(
      await readOf(work, target.folder, parts.to, new Set<string>(there.keys())),
    ))
      files.set(path, file);
  }
  for (const [path, file] of coming) {
    if (file === null) files.delete(path);
    else files.set(path, file);
  }
  tell(joinText(there, files));
  // A root that is not there yet, and nothing there to fill it: what comes first makes it.
  const preview =
    isFolder || work.found.generation !== null ? await datastore.preview(withSignal(options)) : EMPTY_PREVIEW;
  const different = [...coming].filter(([path, file]) => {
    const other = (there as ReadonlyMap<string, ComparedFile>).get(path);
    return file !== null && other !== undefined && other.sha256 !== file.sha256;
  });
  const conflicts = [...preview.plan.conflicts.map(({ path }): string => path), ...different.map(([path]) => path)];
  const withheld = withholder(parts.to.allow);
  const held = [...coming.keys()].flatMap((path): Held[] => {
    const reason = withheld(path);
    return reason === null ? [] : [{ path, reason }];
  });
  work.found.conflicts = [...new Set(conflicts)];
  work.found.problems = [...new Map([...preview.held, ...held].map((one) => [one.path, one])).values()];
}
