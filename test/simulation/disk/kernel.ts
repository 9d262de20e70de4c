import { errno, Killed } from './errno.ts';
import type { Disk, FileNode, FolderNode } from './node.ts';

/** A running process, as its operating system sees it. Its paths begin with `/p<id>`, so that each call tells whose it is. */
export interface Proc {
  readonly id: number;
  readonly disk: Disk<Proc>;
  isDead: boolean;
  asleepUntil: number;
  /** Before every call, with the path on the disk: may throw what the system would say, end the process, or let a person act. */
  onCall(call: string, path: string): void;
  /** Before every call that does not block the process. */
  breathe(): Promise<void>;
}

export interface Handle {
  readonly proc: Proc;
  readonly node: FileNode | FolderNode;
  readonly path: string;
  readonly appends: boolean;
  position: number;
}

let processes: ReadonlyMap<number, Proc> = new Map();
const handles = new Map<number, Handle>();
/** Far from what this very process has open. */
const FIRST_FD = 100_000;
let nextFd = FIRST_FD;

/** From now on these are all the processes there are. */
export function boot(running: ReadonlyMap<number, Proc>): void {
  processes = running;
  handles.clear();
  nextFd = FIRST_FD;
}

/** Whose path this is, and which on its disk. Throws Killed for a process that is gone. */
export function enter(call: string, path: string): { readonly proc: Proc; readonly at: string } {
  const end = path.indexOf('/', 1);
  const proc = processes.get(Number(path.slice(2, end < 0 ? undefined : end)));
  if (path[1] !== 'p' || proc === undefined || proc.isDead) throw new Killed();
  const at = end < 0 ? '/' : path.slice(end);
  proc.onCall(call, at);
  return { proc, at };
}

/** For a second path of the same call: no other point to stop at. */
export const below = (path: string): string => path.slice(path.indexOf('/', 1));

export function openHandle(handle: Handle): number {
  nextFd += 1;
  handles.set(nextFd, handle);
  if (handle.node.kind === 'file') handle.proc.disk.opened(handle.node);
  return nextFd;
}

export function handleOf(call: string, fd: number): Handle {
  const handle = handles.get(fd);
  if (handle === undefined) throw errno('EBADF', call);
  if (handle.proc.isDead) throw new Killed();
  handle.proc.onCall(call, handle.path);
  return handle;
}

export function closeHandle(fd: number): void {
  const handle = handleOf('close', fd);
  handles.delete(fd);
  if (handle.node.kind === 'file') handle.proc.disk.closed(handle.node, handle.proc);
}
