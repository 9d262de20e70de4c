import type { FolderNode } from './disk/node.ts';
import { pathOf } from './disk/path-of.ts';
import type { Machine } from './machine.ts';

/** Whoever watches a disk hears of each change, after whom the disk tells already. */
export function tellWatchers({ disk, processes }: Machine): void {
  const first = disk.listener;
  const tell = (folder: FolderNode, name: string) => {
    const path = pathOf(disk, folder, name);
    for (const { hears } of processes) hears(path);
  };
  disk.listener = {
    ...first,
    added(folder, name, node, by) {
      first.added(folder, name, node, by);
      tell(folder, name);
    },
    removed(folder, name, node, by) {
      first.removed(folder, name, node, by);
      tell(folder, name);
    },
    written(node, before, by) {
      first.written(node, before, by);
      if (node.at) tell(node.at.folder, node.at.name);
    },
  };
}
