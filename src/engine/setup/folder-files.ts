import { SyncError } from '../../core/errors.ts';
import { type ComparedFile, type Comparison, compareTrees, timeStepOf } from '../../core/setup/setup-compare.ts';
import type { LocalFiles } from '../ports.ts';
import { type Scan, scanRoot } from '../root/scan.ts';
import type { Work } from './setup-work.ts';

/** The files of a folder, every byte read now. */
export const readFolder = (work: Work, folder: string, config = work.parts.to): Promise<Scan> =>
  scanRoot(work.parts.folders.open(folder), new Map(), work.parts.skipFor(config), work.parts.codec, {
    signal: work.options.signal,
  });

export const comparedFiles = ({ files }: Scan): ReadonlyMap<string, ComparedFile> =>
  new Map(
    [...files].map(([path, { sha256, stamp }]) => [
      path,
      { sha256, size: stamp.size, mtime: stamp.mtime, exec: stamp.exec },
    ]),
  );

/** How one stands to another, of which either is at the target: times as far as that is seen to keep them. */
export async function compareAtTarget(
  work: Work,
  source: ReadonlyMap<string, ComparedFile>,
  target: ReadonlyMap<string, ComparedFile>,
): Promise<Comparison> {
  const exact = compareTrees(source, target);
  if (exact.otherTime.length === 0) return exact;
  return compareTrees(source, target, await timeStepAt(work.parts.folders.open(work.target.folder)));
}

/** An odd second, and a part of one. */
const TRIED_MS = 1_600_000_001_123.456;

async function timeStepAt(files: LocalFiles): Promise<number> {
  const staged = await files.stage(none(), { mtime: TRIED_MS, exec: false });
  await files.discard(staged);
  return timeStepOf(TRIED_MS, staged.stamp.mtime);
}

async function* none(): AsyncIterable<Uint8Array> {}

/** What cannot be read, or named elsewhere, would be left behind. Links and the like are left behind by rule. */
export function refuseUnknown(files: LocalFiles, { unknown, irregular }: Pick<Scan, 'unknown' | 'irregular'>): void {
  const found = [...unknown].filter(([path]) => !irregular.has(path));
  const [first] = found;
  if (first === undefined) return;
  const more = found.length === 1 ? '' : ` (and ${found.length - 1} more)`;
  throw new SyncError(
    'local',
    `${files.root}/${first[0]} cannot be taken along: ${first[1]}${more}`,
    'Rename it, make it readable, or exclude it in the configuration; then run this again.',
    { details: { problems: found.map(([path, reason]) => ({ path, reason })) } },
  );
}
