import { locate } from './disk/locate.ts';
import type { Disk, Node } from './disk/node.ts';
import type { Process } from './machine.ts';

/** What a machine has written down of its remote; null where there is nothing. For choosing troubles only: no check rests on it. */
export function baseOf(disk: Disk<Process>): { readonly epoch: number; readonly files: number } | null {
  const lines = (recordText(disk, 'base.jsonl') ?? '').split('\n');
  try {
    const { epoch, entries, beside = NONE } = JSON.parse(lines[0] ?? '') as Line;
    // Zero where there are none, whatever of it was only changed.
    return { epoch, files: entries.count + beside.changed.length - beside.gone.length };
  } catch {
    return null;
  }
}

interface Line {
  readonly epoch: number;
  /** As they were written last. */
  readonly entries: { readonly count: number };
  /** What is other than in those. */
  readonly beside?: typeof NONE;
}

const NONE: { readonly changed: readonly unknown[]; readonly gone: readonly unknown[] } = { changed: [], gone: [] };

/** A record in the state folder of a machine's only root; null where there is none of this name. */
export function recordText(disk: Disk<Process>, name: string): string | null {
  const file = find(locate(disk, '/state', 'look', false).node, name);
  return file?.kind === 'file' ? Buffer.from(file.data).toString() : null;
}

function find(node: Node | null, name: string): Node | null {
  if (node?.kind !== 'folder') return null;
  const here = node.entries.get(name);
  if (here) return here.node;
  for (const { node: child } of node.entries.values()) {
    const found = find(child, name);
    if (found) return found;
  }
  return null;
}
