import type { Memory } from './notices.ts';

/** What a file had in it when a merge of it began. */
export interface HeldFile {
  /** The id of its folder. */
  readonly folder: string;
  /** Relative to the root. */
  readonly path: string;
  readonly sha256: string;
}

/** Contents of files that are being merged, over reloads of the window: as much of it as there is room for, the oldest go first. */
export interface HeldFiles {
  hold(folder: string, path: string, content: Uint8Array): Promise<HeldFile>;
  /** Exactly those bytes; null where they are not kept any more. */
  read(file: HeldFile): Promise<Uint8Array | null>;
  /** Of this folder all but those paths. */
  keepOnly(folder: string, paths: ReadonlySet<string>): Promise<void>;
}

export interface HeldFileParts {
  /** SHA-256 in hex. */
  readonly hashOf: (content: Uint8Array) => Promise<string>;
  /** Of the workspace. */
  readonly memory: Memory;
  /** Names are SHA-256 in hex. */
  readonly contents: {
    write(name: string, content: Uint8Array): Promise<void>;
    /** Rejects where there is none. */
    read(name: string): Promise<Uint8Array>;
    delete(name: string): Promise<void>;
  };
}

interface Entry extends HeldFile {
  /** Bytes. */
  readonly size: number;
}

const KEY = 'datastore.held';
const MOST = 32;
const MOST_BYTES = 64 << 20;

export function openHeldFiles({ hashOf, memory, contents }: HeldFileParts): HeldFiles {
  let kept = (memory.get(KEY) ?? []) as readonly Entry[];
  let queue: Promise<unknown> = Promise.resolve();

  /** One after another: what is deleted may be the same bytes that are written again. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  }

  async function keep(next: readonly Entry[]): Promise<void> {
    const names = new Set(next.map(({ sha256 }) => sha256));
    const gone = new Set(kept.map(({ sha256 }) => sha256).filter((name) => !names.has(name)));
    kept = next;
    await memory.update(KEY, kept);
    // What stays of them takes room, and does no harm.
    await Promise.allSettled([...gone].map((name) => contents.delete(name)));
  }

  return {
    hold: (folder, path, content) =>
      inTurn(async () => {
        const file: HeldFile = { folder, path, sha256: await hashOf(content) };
        await contents.write(file.sha256, content);
        const others = kept.filter((one) => !isSame(one, file));
        await keep(newest([...others, { ...file, size: content.byteLength }]));
        return file;
      }),
    async read(file) {
      if (!kept.some((one) => isSame(one, file))) return null;
      const content = await contents.read(file.sha256).catch(() => null);
      return content !== null && (await hashOf(content)) === file.sha256 ? content : null;
    },
    async keepOnly(folder, paths) {
      const isOver = (one: Entry) => one.folder === folder && !paths.has(one.path);
      if (kept.some(isOver)) await inTurn(() => keep(kept.filter((one) => !isOver(one))));
    },
  };
}

/** The last one has room whatever its size is. */
function newest(entries: readonly Entry[]): readonly Entry[] {
  let bytes = 0;
  const sums = entries.toReversed().map(({ size }) => (bytes += size));
  const fitting = sums.filter((sum, index) => index === 0 || (sum <= MOST_BYTES && index < MOST)).length;
  return entries.slice(-fitting);
}

const isSame = (one: HeldFile, other: HeldFile): boolean =>
  one.folder === other.folder && one.path === other.path && one.sha256 === other.sha256;
