import type { Config } from '../../core/config/config.ts';
import type { LocalEntry } from '../../core/format/tree.ts';
import { withholder } from '../../core/paths/credential-paths.ts';
import { parseSyncPath, type SyncPath } from '../../core/paths/sync-path.ts';
import type { Held } from '../../core/plan/plan.ts';
import { bytesText, countText } from '../../core/quantities.ts';
import type { ComparedFile } from '../../core/setup/setup-compare.ts';
import type { SetupStep } from '../../core/setup/setup-plan.ts';
import { EMPTY_PREVIEW } from '../../core/status/sync-report.ts';
import { refuseVetoed } from '../cycle/sight.ts';
import { type Scan, scanRoot } from '../root/scan.ts';
import { heldWith, otherContents } from './held-conflicts.ts';
import { comparedFiles, joinText, refuseProblems, withheldIn } from './migrate.ts';
import { refuseUnknown } from './migrate-copy.ts';
import { namingPull } from './pull-veto.ts';
import type { RemoteSide } from './setup-ports.ts';
import { reach } from './setup-reach.ts';
import { expected, isThere, knownOf, type Work, withSignal } from './setup-work.ts';

/** What the steps before would have brought to the target's folder, or taken from it (null), by path. */
type Coming = Map<string, ComparedFile | null>;

/** Looks at what each step would meet, in their order, and ends as they would; changes nothing. */
export function openLook(work: Work): (step: SetupStep) => Promise<void> {
  const coming: Coming = new Map();
  return async (step) => {
    switch (step.kind) {
      case 'reach':
        return reach(work);
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
      case 'clean-up':
        return;
    }
  };
}

async function lookAtPull(work: Work, { datastore, store }: RemoteSide, coming: Coming): Promise<void> {
  const { options, tell } = work;
  const { plan, vetoes, generation, held } = await datastore.preview({ direction: 'pull', ...withSignal(options) });
  await namingPull(async () => refuseVetoed(vetoes, {}, generation ?? 0));
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

async function lookAtCopy(
  work: Work,
  { from, to }: Extract<SetupStep, { kind: 'copy' }>,
  coming: Coming,
): Promise<void> {
  const { parts, options, source, remote, record } = work;
  const config = source?.config ?? parts.to;
  const target = parts.folders.open(to);
  const sizes = await sizesOf(work, from, config);
  for (const [path, file] of coming) {
    if (file === null) sizes.delete(path);
    else sizes.set(path, file.size);
  }
  const isMade = (await target.state()).kind === 'folder';
  const present = isMade ? await target.walk(parts.skipFor(parts.to), options.signal) : null;
  const shared = new Set<string>([
    ...(present === null ? [] : [...present.files.keys(), ...present.irregular.keys()]),
    ...(remote === null ? [] : (await remote.datastore.contents(options.signal)).keys()),
  ]);
  const here = await readOf(work, from, config, shared);
  refuseUnknown(parts.folders.open(from), here);
  for (const [path, file] of comparedFiles(here)) if (!coming.has(path)) coming.set(path, file);
  const there = isMade ? await readOf(work, to, parts.to, new Set(sizes.keys())) : null;
  if (there !== null) refuseUnknown(target, there);
  const known = knownOf(work);
  const withheld = withheldIn(work);
  const held: Held[] = [];
  for (const path of sizes.keys()) {
    const reason = withheld(path);
    const other = there?.files.get(path as SyncPath)?.sha256;
    if (reason === null || (other !== undefined && other === coming.get(path)?.sha256)) continue;
    held.push({ path, reason });
  }
  work.found.problems = held;
  for (const { path } of held) sizes.delete(path);
  const isOther = ({ path, sha256 }: LocalEntry): boolean => {
    const ours = coming.get(path)?.sha256;
    return (
      withheld(path) === null &&
      sha256 !== ours &&
      known[path] !== ours &&
      record.now().brought[path]?.includes(sha256) !== true
    );
  };
  const conflicts = [...(there?.files.values() ?? [])].filter(isOther).map(({ path }): string => path);
  conflicts.push(...[...(present?.irregular.keys() ?? [])].filter((path) => sizes.has(path)));
  if (conflicts.length > 0) throw otherContents(from, to, conflicts);
  // Of the others nothing but their names is asked for.
  for (const [path, size] of sizes) if (!coming.has(path)) coming.set(path, { sha256: '', size, mtime: 0 });
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  work.tell(`${countText(sizes.size, 'file')} (${bytesText(bytes)}) to copy`);
}

async function lookAtShare(work: Work, { datastore }: RemoteSide, coming: Coming): Promise<void> {
  const { parts, options, target, tell } = work;
  const isFolder = await isThere(work);
  if (!isFolder && coming.size === 0 && work.found.generation === null) return tell('there are no files yet');
  const there = await datastore.contents(options.signal);
  const files = new Map<string, ComparedFile>();
  if (isFolder) {
    for (const [path, size] of await sizesOf(work, target.folder, parts.to))
      files.set(path, { sha256: '', size, mtime: 0 });
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

async function sizesOf({ parts, options }: Work, folder: string, config: Config): Promise<Map<string, number>> {
  const { files } = await parts.folders.open(folder).walk(parts.skipFor(config), options.signal);
  return new Map([...files].map(([path, { size }]) => [path, size]));
}

/** Of these paths alone the bytes are read; what cannot be taken along is found among all. */
function readOf({ parts, options }: Work, folder: string, config: Config, paths: ReadonlySet<string>): Promise<Scan> {
  const skip = parts.skipFor(config);
  const only = (path: string, isFolder: boolean): boolean =>
    skip(path, isFolder) || (!isFolder && !paths.has(path) && parseSyncPath(path).ok);
  return scanRoot(parts.folders.open(folder), new Map(), only, parts.codec, withSignal(options));
}
