import type { Config } from '../../core/config/config.ts';
import { parseSyncPath } from '../../core/paths/sync-path.ts';
import type { ComparedFile } from '../../core/setup/setup-compare.ts';
import { type Scan, scanRoot } from '../root/scan.ts';
import { type Work, withSignal } from './setup-work.ts';

/** What the steps before would have brought to the target's folder, or taken from it (null), by path. */
export type Coming = Map<string, ComparedFile | null>;

/** Of which nothing but its name and size is asked for. */
export const unread = (size: number): ComparedFile => ({ sha256: '', size, mtime: 0, exec: false });

export async function sizesOf({ parts, options }: Work, folder: string, config: Config): Promise<Map<string, number>> {
  const { files } = await parts.folders.open(folder).walk(parts.skipFor(config), options.signal);
  return new Map([...files].map(([path, { size }]) => [path, size]));
}

/** Of these paths alone the bytes are read; what cannot be taken along is found among all. */
export function readOf(
  { parts, options }: Work,
  folder: string,
  config: Config,
  paths: ReadonlySet<string>,
): Promise<Scan> {
  const skip = parts.skipFor(config);
  const only = (path: string, isFolder: boolean): boolean =>
    skip(path, isFolder) || (!isFolder && !paths.has(path) && parseSyncPath(path).ok);
  return scanRoot(parts.folders.open(folder), new Map(), only, parts.codec, withSignal(options));
}
