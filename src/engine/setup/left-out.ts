import type { Work } from './setup-work.ts';

/** How many files of a source no rule brings along: what its configuration leaves out (a folder that cannot be read as one), links and the like. */
export async function leftOutOf({ parts, source, options }: Work, folder: string): Promise<number> {
  const config = source?.config ?? parts.to;
  const [skip, always] = [parts.skipFor(config), parts.skipFor({ ...config, directories: null, exclude: [] })];
  const { files, irregular, unknown } = await parts.folders.open(folder).walk(always, options.signal);
  const skipped = [...files.keys()].filter((path) => skip(path, false));
  return skipped.length + irregular.size + unknown.size;
}
