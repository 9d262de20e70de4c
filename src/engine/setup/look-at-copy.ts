import type { LocalEntry } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import type { Held } from '../../core/plan/plan.ts';
import { bytesText, countText } from '../../core/quantities.ts';
import type { SetupStep } from '../../core/setup/setup-plan.ts';
import type { Walk } from '../ports.ts';
import type { Scan } from '../root/scan.ts';
import { withheldIn } from './copy-over.ts';
import { comparedFiles, refuseUnknown } from './folder-files.ts';
import { otherContents } from './held-conflicts.ts';
import { type Coming, readOf, sizesOf, unread } from './look-files.ts';
import { knownOf, type Work } from './setup-work.ts';

/** What a copy would bring, hold back, or stop at; adds to `coming` what it would bring. HeldConflicts where the copy would stop. */
export async function lookAtCopy(
  work: Work,
  { from, to }: Extract<SetupStep, { kind: 'copy' }>,
  coming: Coming,
): Promise<void> {
  const { parts, source } = work;
  const config = source?.config ?? parts.to;
  const sizes = await sizesOf(work, from, config);
  for (const [path, file] of coming) {
    if (file === null) sizes.delete(path);
    else sizes.set(path, file.size);
  }
  const present = await presentAt(work, to);
  const here = await readOf(work, from, config, await sharedPaths(work, present));
  refuseUnknown(parts.folders.open(from), here);
  for (const [path, file] of comparedFiles(here)) if (!coming.has(path)) coming.set(path, file);
  const there = present === null ? null : await readOf(work, to, parts.to, new Set(sizes.keys()));
  if (there !== null) refuseUnknown(parts.folders.open(to), there);
  const held = heldBack(work, sizes, there, coming);
  work.found.problems = held;
  for (const { path } of held) sizes.delete(path);
  const irregular = [...(present?.irregular.keys() ?? [])].filter((path) => sizes.has(path));
  const conflicts = [...otherFiles(work, there, coming), ...irregular];
  if (conflicts.length > 0) throw otherContents(from, to, conflicts);
  for (const [path, size] of sizes) if (!coming.has(path)) coming.set(path, unread(size));
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  work.tell(`${countText(sizes.size, 'file')} (${bytesText(bytes)}) to copy`);
}

/** Null: the target's folder is not there yet. */
async function presentAt({ parts, options }: Work, to: string): Promise<Walk | null> {
  const target = parts.folders.open(to);
  return (await target.state()).kind === 'folder' ? target.walk(parts.skipFor(parts.to), options.signal) : null;
}

/** Paths of which the target's folder or remote may have other bytes. */
async function sharedPaths({ remote, options }: Work, present: Walk | null): Promise<ReadonlySet<string>> {
  const there = remote === null ? [] : (await remote.datastore.contents(options.signal)).keys();
  return new Set<string>([...(present?.files.keys() ?? []), ...(present?.irregular.keys() ?? []), ...there]);
}

function heldBack(work: Work, sizes: ReadonlyMap<string, number>, there: Scan | null, coming: Coming): readonly Held[] {
  const withheld = withheldIn(work);
  return [...sizes.keys()].flatMap((path): Held[] => {
    const reason = withheld(path);
    const other = there?.files.get(path as SyncPath)?.sha256;
    const isEqual = other !== undefined && other === coming.get(path)?.sha256;
    return reason === null || isEqual ? [] : [{ path, reason }];
  });
}

/** Paths at which the target has what is neither the source's, nor of an attempt before. */
function otherFiles(work: Work, there: Scan | null, coming: Coming): readonly string[] {
  const { brought } = work.record.now();
  const [known, withheld] = [knownOf(work), withheldIn(work)];
  const isOther = ({ path, sha256 }: LocalEntry): boolean => {
    const ours = coming.get(path)?.sha256;
    const isOurs = sha256 === ours || known.get(path) === ours || brought.get(path)?.includes(sha256) === true;
    return withheld(path) === null && !isOurs;
  };
  return [...(there?.files.values() ?? [])].filter(isOther).map(({ path }) => path);
}
