import { SyncError } from '../../core/errors.ts';
import type { ComparedFile } from '../../core/setup/setup-compare.ts';
import type { LocalFiles } from '../ports.ts';
import { type Scan, scanRoot } from '../root/scan.ts';
import type { Work } from './setup-work.ts';

/** The files of a folder, every byte read now. */
export const readFolder = (work: Work, folder: string, config = work.parts.to): Promise<Scan> =>
  scanRoot(work.parts.folders.open(folder), new Map(), work.parts.skipFor(config), work.parts.codec, {
    signal: work.options.signal,
  });

export const comparedFiles = ({ files }: Scan): ReadonlyMap<string, ComparedFile> =>
  new Map([...files].map(([path, { sha256, stamp }]) => [path, { sha256, size: stamp.size, mtime: stamp.mtime }]));

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
