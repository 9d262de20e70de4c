import type { Disk, FolderNode } from './node.ts';

/** From the top of the disk, with a leading `/`. */
export const pathOf = <By>(disk: Disk<By>, folder: FolderNode, name: string): string =>
  `${pathOfFolder(disk.ways, folder)}/${name}`;

/** Empty for the top. */
export function pathOfFolder(ways: number, folder: FolderNode): string {
  if (folder.parent === null) return '';
  if (folder.known?.ways !== ways) folder.known = { ways, path: `${pathOfFolder(ways, folder.parent)}/${folder.name}` };
  return folder.known.path;
}
