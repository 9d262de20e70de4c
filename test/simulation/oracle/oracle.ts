import { type Content, type DiskListener, type FileNode, hashOf } from '../disk/node.ts';
import { pathOf, pathOfFolder } from '../disk/path-of.ts';
import { filesBelow, filesOf, holdsContent, inRoot, isEmpty, OUTSIDE, ROOT } from '../hands.ts';
import type { Machine, Process } from '../machine.ts';
import type { Remote } from '../remote.ts';
import { type Chain, type Change, createChain } from './chain.ts';
import type { Blame } from './invariants.ts';
import { type Modes, watchModes } from './modes.ts';
import { createPerson, type Person } from './person.ts';
import { isDownload, isStaged, isState } from './places.ts';
import { type Refusals, watchRefusals } from './refusals.ts';
import { type RawHead, sha256Of } from './remote-format.ts';

/** Knows every version anybody ever saved, and watches every change of every disk and of the bucket at the moment it happens. */
export interface Oracle {
  readonly chain: Chain;
  readonly people: readonly Person[];
  readonly refusals: Refusals;
  /** A program sends a change to the bucket; `bytes` null: of a deletion, or a copy of another object. */
  sends(by: Process, key: string, bytes: Uint8Array | null): void;
  /** Registers a content of a person before it is saved. */
  invented(content: Uint8Array): void;
  isVersion(sha256: string): boolean;
  /** Nothing of this client's person counts as saved or deleted meanwhile. */
  unseen(client: number, act: () => void): void;
  /** A program that died may have left what nobody was told of. */
  looksAround(client: number): void;
}

export interface OracleParts {
  readonly remote: Remote;
  readonly machines: readonly Machine[];
  readonly blame: Blame;
}

/** Every content of a person begins so; nothing but an object on the remote may show it. */
export const CANARY = 'CANARY-5f1e';

/** By the clock of the machine. A day counts from the begin of a run, which may be hours before it moves a file. */
const DAY_MS = 20 * 3_600_000;

const CONFLICT_COPY = /\.conflict-[A-Za-z0-9-]+-\d{8}T\d{6}Z/;

const NONE: ReadonlySet<string> = new Set();

export function createOracle({ remote, machines, blame }: OracleParts): Oracle {
  const { history } = remote.traits;
  const chain = createChain(
    (key) => remote.damaged.get(key) ?? remote.bucket.get(key)?.bytes ?? null,
    blame,
    history && {
      ...history, // As the store tells it, in whole seconds.
      writtenAt: (key) => Math.floor((remote.bucket.get(key)?.lastModified ?? 0) / 1_000) * 1_000,
    },
  );
  const people = machines.map(() => createPerson(chain.isCommitted));
  const watchers = machines.map((_, client) => watchModes(chain, blame, `client ${client + 1}`));
  const refusals = watchRefusals(blame);
  const versions = new Set<string>();
  /** Of the versions: what has another size needs no hash to be none of them. */
  const sizes = new Set<number>();
  /** By commit: which removals were still to be said when its author sent it first. It may arrive when its author is gone. */
  const saidWith = new Map<string, ReadonlySet<string>>();
  const hidden = new Set<number>();
  /** Something is put out of sight within the act of a program that is going on. */
  const swapping = new Set<number>();
  for (const [client, machine] of machines.entries()) machine.disk.listener = diskListener(client, machine);

  remote.listener = {
    written(key, bytes, by) {
      if (by === null) return;
      if (key !== 'head.json') return chain.written(key, bytes);
      const client = by.machine.client;
      for (const change of chain.advance(bytes, { holder: holderOf(client), process: by.id }) ?? [])
        checkChange(client, change, saidWith.get(commitIn(bytes) ?? ''));
    },
    deleted(key, by) {
      if (by !== null) chain.deleted(key, remote.now());
    },
  };

  /** Whether a register names no commit, one that was acknowledged, or the one that stands there, whoever put it there. */
  function isKnownCommit(head: Uint8Array): boolean {
    const id = commitIn(head);
    if (id === null || chain.has(id)) return true;
    const stands = remote.bucket.get('head.json')?.bytes;
    return stands !== undefined && commitIn(stands) === id;
  }

  /** What a commit replaces, its author must have seen; what it says, its author must have done. */
  function checkChange(client: number, change: Change, said: ReadonlySet<string> = NONE): void {
    const { path, before, after } = change;
    const person = people[client];
    if (person === undefined) return;
    const who = `client ${client + 1}`;
    watchers[client]?.committed(change);
    if (machines[client]?.isExcluded(path)) blame(9, `${who} commits ${path}, which its configuration leaves out`);
    if (before && !person.hasSeen(path, before.sha256))
      blame(3, `${who} ${after ? 'replaces' : 'deletes'} ${path}, whose version by ${before.by} it has not seen`);
    if (after === null) {
      if (!person.maySayRemoval(path) && !said.has(path))
        blame(9, `${who} deletes ${path} for everybody, which its person did not`);
      return;
    }
    const isCopy = CONFLICT_COPY.test(path) && versions.has(after.sha256);
    if (person.maySayPut(path, after.sha256) || isCopy) return;
    if (before === null && chain.wasRemoved(path)) blame(3, `${path} was deleted, and ${who} brings it back by itself`);
    else blame(3, `${who} commits ${path} with a content that its person did not save there`);
  }

  function diskListener(client: number, machine: Machine): DiskListener<Process> {
    const person = people[client] as Person;
    const who = `client ${client + 1}`;
    const modes = watchers[client] as Modes;
    const stagedAt = new WeakMap<FileNode, number>();
    const droppedEarly = new WeakSet<FileNode>();
    /** Written while no path of the root led to them. */
    const writtenAside = new WeakSet<FileNode>();
    /** Whose last path in the root its person took away: what an editor still writes there is lost on any disk, without us too. */
    const takenByPerson = new WeakSet<FileNode>();

    /** `isDone`: as the one that brought it meant it to be. */
    function appeared(path: string, node: FileNode, by: Process | null, isDone = true): void {
      const sha256 = hashOf(node);
      if (by === null) {
        if (!hidden.has(client)) person.saved(path, sha256);
        else if (writtenAside.delete(node)) person.comesBack(path, sha256);
      } else {
        // Without hard links a file comes in byte by byte: it is complete when its handle is closed.
        if (node.data.length === 0 && node.opens > 0) return;
        // Written late, through a handle to what was moved aside: it comes back where nothing else is by now.
        const isLate = person.findsAgain(sha256);
        if (isLate) person.insists(path, sha256);
        else if (!isExpected(path, sha256)) blame(5, `${who}: ${path} gets a content that was never committed there`);
        // What was written late has the time of that, even where others have committed the same bytes.
        if (!isLate && isDone) checkTime(path, node, sha256);
        if (by.undoes > 0 && isDone) person.takesBack(path, sha256);
        else person.gets(path, sha256);
      }
      modes.stands(path, node, by !== null && by.undoes > 0 ? null : by);
      person.sees(path, sha256);
    }

    const latestPath = ({ folder, name }: NonNullable<FileNode['at']>) => pathOf(machine.disk, folder, name);

    const isExpected = (path: string, sha256: string) =>
      chain.wasAt(path, sha256) ||
      person.hasSeen(path, sha256) ||
      (CONFLICT_COPY.test(path) && (versions.has(sha256) || chain.isCommitted(sha256)));

    function checkTime(path: string, node: FileNode, sha256: string): void {
      const times = chain.mtimesOf(path, sha256);
      const { granularityMs } = machine.disk.traits;
      if (times.size === 0 || person.hasSeen(path, sha256)) return;
      const isKnown = [...times].some((time) => Math.abs(time - node.mtime) <= Math.max(0.0015, granularityMs));
      if (!isKnown) blame(8, `${who}: ${path} comes with the time ${node.mtime}, not ${[...times].join(' or ')}`);
    }

    function taken(path: string, node: FileNode, by: Process): void {
      modes.taken(path, node);
      if (by.yields + by.undoes > 0) person.yields(path, hashOf(node));
      if (by.busy.has(path)) blame(3, `${who}: ${path} is taken away, which is open and not saved`);
    }

    /** Bytes are gone from this disk by the engine's doing. */
    function dropped(content: Content, where: () => string): void {
      if (!sizes.has(content.data.length)) return;
      const sha256 = hashOf(content);
      if (!versions.has(sha256) || chain.isCommitted(sha256) || !person.needs(sha256)) return;
      if (!holdsContent(machine.disk, sha256))
        blame(3, `${who}: a version is gone from ${where()} and is nowhere else`);
    }

    return {
      added(folder, name, node, by) {
        // Half of all: nothing of a person is there, and a program may do there as it likes.
        if (by !== null && isState(pathOfFolder(machine.disk.ways, folder))) return;
        const place = pathOf(machine.disk, folder, name);
        if (by !== null) checkPlace(place, by);
        if (isStaged(place) && node.kind === 'file') stagedAt.set(node, machine.disk.now());
        if (isDownload(place) && node.kind === 'file') modes.waits(node);
        const path = inRoot(place);
        if (path === null) return;
        if (by !== null) refusals.changes(by, `put ${path} into the root`);
        if (by !== null) checkIncluded(path);
        for (const [at, file] of filesBelow(path, node)) {
          takenByPerson.delete(file);
          appeared(at, file, by);
          if (by !== null) person.isPutBack(at);
        }
      },
      removed(folder, name, node, by) {
        if (by !== null && isState(pathOfFolder(machine.disk.ways, folder))) {
          if (node.kind === 'file' && node.links === 0) dropped(node, () => pathOf(machine.disk, folder, name));
          return;
        }
        const place = pathOf(machine.disk, folder, name);
        if (by === null) {
          const path = inRoot(place);
          const isReplaced = folder.entries.get(machine.disk.keyOf(name))?.name === name;
          if (path === null || hidden.has(client)) return;
          const gone = [...filesBelow(path, node)];
          for (const [, file] of gone) takenByPerson.add(file);
          if (isReplaced) return;
          for (const [at, file] of gone) person.removed(at, hashOf(file));
          for (const [at, file] of gone) if (CONFLICT_COPY.test(at)) person.removedCopy(hashOf(file));
          return;
        }
        checkPlace(place, by);
        const path = inRoot(place);
        if (path !== null) refusals.changes(by, `took ${path} from the root`);
        if (node.kind !== 'file') return;
        if (path !== null) {
          checkIncluded(path);
          taken(path, node, by);
          takenByPerson.delete(node);
        }
        if (node.links > 0) return;
        const since = stagedAt.get(node);
        if (isStaged(place) && since !== undefined && machine.disk.now() - since < DAY_MS) droppedEarly.add(node);
        dropped(node, () => place);
      },
      written(node, before, by) {
        const { at } = node;
        if (by !== null) {
          dropped(before, () => (at ? latestPath(at) : 'a file without a name'));
          const path = pathNow(node);
          if (path === null) return;
          refusals.changes(by, `wrote into ${path}`);
          return complete(path, node, by);
        }
        const isMissed = !takenByPerson.has(node);
        if (isMissed && node.links === 0 && droppedEarly.has(node))
          blame(3, `${who}: what is written late goes into a replaced file that was dropped before its day was over`);
        const path = pathNow(node);
        if (path === null) {
          writtenAside.add(node);
          return person.savedAside(hashOf(node), isMissed);
        }
        // A copy that is whole, if not closed yet, is what this writes over.
        const found = hashOf(before);
        if (chain.wasAt(path, found)) person.sees(path, found);
        appeared(path, node, null);
      },
      moded(node, by) {
        const path = node.kind === 'file' ? pathNow(node) : null;
        if (node.kind !== 'file' || path === null) return;
        if (by !== null) refusals.changes(by, `gave ${path} another mode`);
        else modes.stands(path, node, by);
      },
      closed(node, by, wrote) {
        const path = by === null ? null : pathNow(node);
        // Who only looks at what a killed process copied did not bring it.
        if (path !== null) appeared(path, node, by, wrote);
      },
    };

    /** What an undo copies in is its person's from its last byte on: who copies it may die before closing it. */
    function complete(path: string, node: FileNode, by: Process): void {
      if (by.undoes > 0 && person.hasSeen(path, hashOf(node))) person.takesBack(path, hashOf(node));
    }

    /** Null where it no longer has its latest name, or that is not in the root. */
    function pathNow(node: FileNode): string | null {
      const { at } = node;
      if (at === null || at.folder.entries.get(machine.disk.keyOf(at.name))?.node !== node) return null;
      const above = pathOfFolder(machine.disk.ways, at.folder);
      return isState(above) || isStaged(above) ? null : inRoot(latestPath(at));
    }

    function checkIncluded(path: string): void {
      if (machine.isExcluded(path)) blame(5, `${who}: ${path} was changed, which the configuration leaves out`);
    }

    function checkPlace(path: string, by: Process): void {
      if (path.startsWith(`${ROOT}/`) || path.startsWith('/state/') || path === ROOT || path === '/state') return;
      if (!swapping.has(client)) return blame(7, `${who}: ${path} was changed`);
      // Between its last look and its act nobody can keep a folder from becoming a link: then it has to be taken back at once.
      queueMicrotask(() => {
        if (!by.isDead && !isEmpty(machine.disk, OUTSIDE)) blame(7, `${who}: ${path} was made, and not taken back`);
      });
    }
  }

  return {
    chain,
    people,
    refusals,
    sends(by, key, bytes) {
      const id = bytes === null || key !== 'head.json' ? null : commitIn(bytes);
      if (id !== null && !saidWith.has(id)) saidWith.set(id, people[by.machine.client]?.removalsToSay() ?? NONE);
      // A lease is renewed, and given back, whatever becomes of the sync.
      if (bytes === null || key !== 'head.json' || !isKnownCommit(bytes))
        refusals.changes(by, `changed ${key} on the remote`);
    },
    invented(content) {
      versions.add(sha256Of(content));
      sizes.add(content.length);
    },
    isVersion: (sha256) => versions.has(sha256),
    looksAround(client) {
      const machine = machines[client];
      if (machine) for (const [path, node] of filesOf(machine.disk)) people[client]?.sees(path, hashOf(node));
    },
    unseen(client, act) {
      hidden.add(client);
      swapping.add(client);
      queueMicrotask(() => swapping.delete(client));
      try {
        act();
      } finally {
        hidden.delete(client);
      }
    },
  };
}

/** Null also for what is no register: an administrator may have put it there. */
function commitIn(head: Uint8Array): string | null {
  try {
    return (JSON.parse(Buffer.from(head).toString()) as RawHead).commit?.id ?? null;
  } catch {
    return null;
  }
}

export const holderOf = (client: number): string => `user${client + 1}@host${client + 1}`;
