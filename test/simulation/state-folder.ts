import { locate } from './disk/locate.ts';
import type { Disk, Node } from './disk/node.ts';
import type { Process } from './machine.ts';

/** What a machine has written down of its remote; null where there is nothing. For choosing troubles only: no check rests on it. */
export function baseOf(disk: Disk<Process>): { readonly epoch: number; readonly files: number } | null {
  const file = find(locate(disk, '/state', 'look', false).node);
  if (file?.kind !== 'file') return null;
  const lines = Buffer.from(file.data).toString().split('\n');
  try {
    const { epoch, entries } = JSON.parse(lines[0] ?? '') as { epoch: number; entries: { count: number } };
    return { epoch, files: entries.count };
  } catch {
    return null;
  }
}

function find(node: Node | null): Node | null {
  if (node?.kind !== 'folder') return null;
  const here = node.entries.get('base.jsonl');
  if (here) return here.node;
  for (const { node: child } of node.entries.values()) {
    const found = find(child);
    if (found) return found;
  }
  return null;
}
