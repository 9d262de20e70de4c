import ignore from 'ignore';
import type { Config } from '../core/config/config.ts';
import { NEVER_SHARED } from './fs/own-names.ts';

const ALWAYS = new RegExp(`(?:^|/)(?:${NEVER_SHARED})(?:/|$)`, 'i');

/** At any depth, whatever the rules say, and however a case-blind filesystem spells them. */
export const isNeverShared = (path: string): boolean => ALWAYS.test(path);

/**
 * Which paths (relative to root, `/` between segments) are left out, by `directories` and the gitignore rules of
 * `exclude`. A file below a folder that is left out is left out too, so a path gets the same answer when it comes
 * from a walk, which never enters that folder, as when it is a key of the remote. Case counts, on every platform.
 */
export function buildExcludes(
  config: Pick<Config, 'directories' | 'exclude'>,
): (path: string, isFolder: boolean) => boolean {
  const rules = ignore({ ignoreCase: false, allowRelativePaths: true }).add([...config.exclude]);
  const { directories } = config;
  const hasRules = config.exclude.length > 0;

  const outside = (path: string, isFolder: boolean): boolean =>
    directories !== null &&
    !directories.some(
      (directory) =>
        path === directory || path.startsWith(`${directory}/`) || (isFolder && directory.startsWith(`${path}/`)),
    );

  return (path, isFolder) => {
    if (path === '') return false;
    if (isNeverShared(path)) return true;
    return outside(path, isFolder) || (hasRules && rules.ignores(isFolder ? `${path}/` : path));
  };
}
