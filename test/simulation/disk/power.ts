import type { Random } from '../random.ts';
import { type Disk, type FileNode, type FolderNode, type NameChange, type Node, setName } from './node.ts';

/** What `fsync` of a file or folder makes survive a power cut. */
export function flush<By>(disk: Disk<By>, node: Node): void {
  if (node.kind === 'file') node.flushed = node.data;
  if (disk.unflushed.length === 0) return;
  if (disk.traits.hasOrderedJournal) keepThese(disk, disk.unflushed);
  else if (node.kind === 'folder') keepThese(disk, touching(disk.unflushed, node));
}

/** Those of a folder, and all earlier ones that touch the folders of those. */
function touching(changes: readonly (readonly NameChange[])[], folder: FolderNode): (readonly NameChange[])[] {
  const folders = new Set([folder]);
  const kept: (readonly NameChange[])[] = [];
  for (const change of changes.toReversed()) {
    if (!change.some((one) => folders.has(one.folder))) continue;
    for (const one of change) folders.add(one.folder);
    kept.unshift(change);
  }
  return kept;
}

function keepThese<By>(disk: Disk<By>, changes: readonly (readonly NameChange[])[]): void {
  const kept = new Set(changes);
  for (const change of changes) for (const { folder, key, becomes } of change) setName(folder.flushed, key, becomes);
  disk.unflushed = disk.unflushed.filter((change) => !kept.has(change));
}

/**
 * The machine loses its power: of the names changed since their folder was flushed, a part is undone (with an ordered journal the
 * later ones), and content never flushed is as it was, or as long as it should be and zero, or whole. Nobody hears of it.
 */
export function cutPower<By>(disk: Disk<By>, random: Random): void {
  const changes = disk.unflushed;
  const survivors = disk.traits.hasOrderedJournal
    ? changes.slice(0, random.between(0, changes.length))
    : withoutTorn(changes, random);
  keepThese(disk, survivors);
  disk.unflushed = [];
  disk.ways += 1;
  revert(disk, disk.top, random, new Set());
  // Of two names that are left, the one in staging is nobody's.
  for (const isStaged of [false, true]) nameAgain(disk, disk.top, isStaged);
}

/** Files that lost their latest name have an earlier one. */
function nameAgain<By>(disk: Disk<By>, folder: FolderNode, isStaged: boolean): void {
  for (const { name, node } of folder.entries.values()) {
    if (node.kind === 'folder' && (isStaged || name !== STAGING)) nameAgain(disk, node, isStaged);
    if (node.kind === 'file' && !hasName(disk, node)) node.at = { folder, name };
  }
}

const hasName = <By>(disk: Disk<By>, node: FileNode): boolean =>
  node.at !== null && node.at.folder.entries.get(disk.keyOf(node.at.name))?.node === node;

const STAGING = '.datastore-staging';

/** Each survives or not; one that rests on a lost one is lost too. */
function withoutTorn(changes: readonly (readonly NameChange[])[], random: Random): (readonly NameChange[])[] {
  const lost = new Map<FolderNode, Set<string>>();
  return changes.filter((change) => {
    const survives = random.chance(0.6) && !change.some(({ folder, key }) => lost.get(folder)?.has(key) === true);
    if (survives) return true;
    for (const { folder, key } of change) lost.set(folder, (lost.get(folder) ?? new Set()).add(key));
    return false;
  });
}

function revert<By>(disk: Disk<By>, folder: FolderNode, random: Random, met: Set<Node>): void {
  folder.entries = new Map(folder.flushed);
  for (const { name, node } of folder.entries.values()) {
    if (node.kind === 'folder') {
      node.parent = folder;
      node.name = name;
      if (!met.has(node)) revert(disk, node, random, met.add(node));
    } else if (node.kind === 'file') {
      if (!met.has(node)) {
        met.add(node);
        node.links = 0;
        node.opens = 0;
        tear(node, random);
      }
      node.links += 1;
    }
  }
}

function tear(node: Node & { kind: 'file' }, random: Random): void {
  if (node.data === node.flushed) return;
  const kind = random.pick(['whole', 'before', 'zero'] as const);
  if (kind === 'before') node.data = node.flushed ?? new Uint8Array();
  if (kind === 'zero') node.data = new Uint8Array(node.data.length);
  node.flushed = node.data;
  node.sha256 = null;
}
