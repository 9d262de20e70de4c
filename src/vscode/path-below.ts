/**
 * The path of `file` below `root` as it is written, with `/`; null where it is not below it. Both are paths of URIs: `/home/me`,
 * `/c:/ws`. Programs write the drive letter in either case, and disks that fold case any name.
 */
export function pathBelow(root: string, file: string, foldsCase: boolean): string | null {
  const base = root.endsWith('/') ? root : `${root}/`;
  const comparable = (path: string) =>
    foldsCase ? path.toLowerCase() : path.replace(/^\/[A-Za-z]:/, (drive) => drive.toLowerCase());
  return comparable(file.slice(0, base.length)) === comparable(base) ? file.slice(base.length) : null;
}
