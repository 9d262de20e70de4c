import { type FileNode, hashOf } from '../disk/node.ts';
import type { Process } from '../machine.ts';
import type { Chain, Change } from './chain.ts';
import type { Blame } from './invariants.ts';

/** Who may read, write and run the files of one root. Paths are below the root. */
export interface Modes {
  /** A file is at a path now, or has another mode there than before. `by` null: a person. */
  stands(path: string, node: FileNode, by: Process | null): void;
  /** A program took a file away from its path. */
  taken(path: string, node: FileNode): void;
  /** A download waits in staging. */
  waits(node: FileNode): void;
  committed(change: Change): void;
}

/** A download takes no right away that a file had; it may be run where it could be there, or what it replaces could be here. */
export function watchModes(chain: Pick<Chain, 'execsOf'>, blame: Blame, who: string): Modes {
  /** By content and path: whether it could be run, at any time. */
  const known = new Map<string, Set<boolean>>();
  const waiting = new WeakSet<FileNode>();
  /** Within one act of a program, which nothing else of it interrupts. */
  const replaced = new Map<string, FileNode>();

  function checkRights(path: string, node: FileNode): void {
    const before = replaced.get(path);
    if (before !== undefined && (before.mode & ~node.mode & 0o777) !== 0)
      blame(
        5,
        `${who}: ${path} had the mode ${before.mode.toString(8)} and has ${node.mode.toString(8)} after a download`,
      );
    const [exec, ...others] = waiting.delete(node) ? chain.execsOf(path, hashOf(node)) : [];
    if (exec === undefined || others.length > 0) return;
    const isExpected = exec || (before !== undefined && isExecutable(before));
    if (isExecutable(node) !== isExpected)
      blame(5, `${who}: ${path} ${isExpected ? 'cannot be run' : 'can be run'} after a download`);
  }

  return {
    stands(path, node, by) {
      const place = `${hashOf(node)} ${path}`;
      known.set(place, (known.get(place) ?? new Set()).add(isExecutable(node)));
      if (by === null) {
        replaced.delete(path);
        waiting.delete(node);
      }
      // Without hard links it comes byte by byte, and gets its mode before its handle is closed.
      else if (node.opens === 0) checkRights(path, node);
    },
    taken(path, node) {
      // What a program takes back is its own; what stood there before it came is to be compared with.
      if (!replaced.has(path)) replaced.set(path, node);
      queueMicrotask(() => replaced.delete(path));
    },
    waits: (node) => void waiting.add(node),
    committed({ path, after }) {
      if (after === null || known.get(`${after.sha256} ${path}`)?.has(after.exec) !== false) return;
      blame(5, `${who} commits that ${path} ${after.exec ? 'can' : 'cannot'} be run, as it never was there`);
    },
  };
}

const isExecutable = ({ mode }: FileNode): boolean => (mode & 0o100) !== 0;
