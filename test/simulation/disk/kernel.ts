import { errno, Killed } from './errno.ts';
import { namesOf, type Obstacle, type Route, type Spot, walkAgain } from './locate.ts';
import type { Disk, FileNode, FolderNode, Node } from './node.ts';
import { pathOfFolder } from './path-of.ts';

/** A running process, as its operating system sees it. Its paths begin with `/p<id>`, so that each call tells whose it is. */
export interface Proc {
  readonly id: number;
  readonly disk: Disk<Proc>;
  isDead: boolean;
  asleepUntil: number;
  /** Before every call, with the path on the disk: may throw what the system would say, end the process, or let a person act. */
  onCall(call: string, path: string): void;
  /** Whether the system takes only a part of what is written now. */
  takesPart(): boolean;
  /** Before every call that does not block the process. */
  breathe(): Promise<void>;
}

export interface Handle {
  readonly proc: Proc;
  readonly node: FileNode | FolderNode;
  readonly path: string;
  readonly writes: boolean;
  readonly appends: boolean;
  position: number;
}

let processes: ReadonlyMap<number, Proc> = new Map();
let handles = new Map<number, Handle>();
/** A process has numbers of its own, far from what this very process has open. */
const MOST_OPEN = 1_000;
const firstFd = ({ id }: Proc): number => 100_000 + MOST_OPEN * id;

/** From now on these are all the processes there are. */
export function boot(running: ReadonlyMap<number, Proc>): void {
  processes = running;
  // Not emptied: what an old table of theirs has named would outlive each look for garbage among the young.
  known = new Map();
  handles = new Map();
}

/** A path as programs give it, taken apart. */
export interface Place extends Route {
  /** Of the process whose it is; NaN where it is nobody's. */
  readonly id: number;
  /** On its disk. */
  readonly at: string;
  levels: readonly string[] | null;
  proc: Proc | undefined;
  /** What `realpath` said of it last, and of what. */
  real: { readonly ways: number; readonly node: Node; readonly name: string; readonly path: string } | null;
}

/** The place of a process that lives. */
export interface Entered extends Place {
  proc: Proc;
}

/** Whose path this is, and where it leads to on its disk. Throws Killed for a process that is gone. */
export function enter(call: string, path: string): Entered {
  const place = placeOf(throughHandle(call, path));
  place.proc ??= processes.get(place.id);
  if (!isEntered(place)) throw new Killed();
  place.proc.onCall(call, place.at);
  return place;
}

const OPEN_FILES = '/proc/self/fd/';

/** What is open by the first name of a path below `/proc/self/fd`, and the names below it; null for any other path. */
export function openAt(path: string): { readonly handle: Handle | undefined; readonly below: string } | null {
  if (!path.startsWith(OPEN_FILES)) return null;
  const [fd = ''] = path.slice(OPEN_FILES.length).split('/', 1);
  return { handle: handles.get(Number(fd)), below: path.slice(OPEN_FILES.length + fd.length) };
}

/** Where what is open lies now, as a program would name it; null when it is gone from there. */
export function pathNow({ proc, node, path }: Handle): string | null {
  const at = `/p${proc.id}${node.kind === 'folder' ? pathOfFolder(proc.disk.ways, node) : path}`;
  const found = seek(proc, placeOf(at), false);
  return typeof found !== 'string' && found.node === node ? at : null;
}

/** In a folder that is gone there is nothing. */
function throughHandle(call: string, path: string): string {
  const open = openAt(path);
  if (open === null) return path;
  const at = open.handle === undefined ? null : pathNow(open.handle);
  if (at === null) throw errno('ENOENT', call, path);
  return `${at}${open.below}`;
}

const isEntered = (place: Place): place is Entered => place.proc !== undefined && !place.proc.isDead;

const MOST_KNOWN = 20_000;
let known = new Map<string, Place>();

/** The same few paths come again and again. For a second path of one call too: that is no other point to stop at. */
export function placeOf(path: string): Place {
  let place = known.get(path);
  if (place === undefined) {
    if (known.size > MOST_KNOWN) known = new Map();
    const end = path.indexOf('/', 1);
    const at = end < 0 ? '/' : path.slice(end);
    const id = path[1] === 'p' ? Number(path.slice(2, end < 0 ? undefined : end)) : Number.NaN;
    place = { id, at, names: namesOf(at), above: null, levels: null, proc: undefined, real: null };
    known.set(path, place);
  }
  return place;
}

/** What is there. Throws what the operating system says of the way to it. */
export function reach(proc: Proc, place: Place, syscall: string, follows: boolean): Spot {
  const found = seek(proc, place, follows);
  if (typeof found === 'string') throw errno(found, syscall, place.at);
  return found;
}

export const seek = ({ disk }: Proc, place: Place, follows: boolean): Spot | Obstacle =>
  walkAgain(disk, place, follows);

export function openHandle(handle: Handle): number {
  const fd = lowestFree(handle.proc);
  handles.set(fd, handle);
  if (handle.node.kind === 'file') handle.proc.disk.opened(handle.node);
  return fd;
}

/** As Linux gives them: whoever uses the number of what is closed soon meets another file by it. */
function lowestFree(proc: Proc): number {
  const first = firstFd(proc);
  for (let fd = first; fd < first + MOST_OPEN; fd += 1) if (!handles.has(fd)) return fd;
  throw errno('EMFILE', 'open');
}

/** Whether a program that lives has it open to write into it. */
export const isBeingWritten = (node: Handle['node']): boolean =>
  [...handles.values()].some((handle) => handle.node === node && handle.writes && !handle.proc.isDead);

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
  if (handle.node.kind === 'file') handle.proc.disk.closed(handle.node, handle.proc, handle.writes);
}
