import type { BaseEntry, BaseTree } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import type { StateFiles } from '../ports.ts';
import type { Base, BaseMeta, BaseStore } from './base-store.ts';
import { bytesOf, isPacked, type PackedTree, pack, sumOf, unpack } from './packed-tree.ts';

const RECORD = 'base.jsonl';
/** A last line that is always there: a file without it was cut. */
const END = '{"end":true}\n';

/** What names the entries that go with a record. */
interface Named {
  /** Rises with every record that names other entries. */
  readonly revision: number;
  readonly count: number;
  /** Of their bytes. */
  readonly sum: number;
}

/** The first line of the record. */
interface Line extends Omit<BaseMeta, 'format'> {
  readonly format: 2;
  readonly entries: Named;
}

/** Entries lie beside the record, in turn in two files: those that the record names stay whole until it names the others. */
const entriesFile = ({ revision }: Pick<Named, 'revision'>): string => `base-entries-${revision % 2}`;

/**
 * A base on disk. The record is small and replaced by each cycle; the entries are written only when they have changed. The record
 * is the one that counts: entries other than those that it names are no base.
 */
export function openBaseFiles(files: StateFiles): Pick<BaseStore, 'load' | 'save' | 'forget'> {
  /** The entries that were last read or saved, as the record names them. */
  let known: { readonly named: Named; readonly tree: PackedTree } | null = null;

  let parsed: { readonly text: string; readonly line: Line | BaseMeta | null } | null = null;

  async function record(): Promise<string | null> {
    const bytes = await files.read(RECORD);
    return bytes && new TextDecoder().decode(bytes);
  }

  /** Each cycle looks at the record several times, and it is rarely another. */
  function lineOf(text: string): Line | BaseMeta | null {
    if (parsed?.text !== text) parsed = { text, line: parseLine(text) };
    return parsed.line;
  }

  async function entriesOf(named: Named): Promise<PackedTree | null> {
    if (known?.named.revision === named.revision && known.named.sum === named.sum) return known.tree;
    const bytes = await files.read(entriesFile(named));
    const tree = bytes === null || sumOf(bytes) !== named.sum ? null : unpack(bytes);
    if (tree !== null) known = { named, tree };
    return tree;
  }

  /** Beside those that the record on disk names, whoever wrote it. */
  async function writeEntries(entries: BaseTree): Promise<{ readonly named: Named; readonly tree: PackedTree }> {
    const found = lineOf((await record()) ?? '');
    const tree = isPacked(entries) ? entries : pack(entries);
    const bytes = bytesOf(tree);
    const revision = found?.format === 2 ? found.entries.revision + 1 : 1;
    const named = { revision, count: tree.size, sum: sumOf(bytes) };
    await files.write(entriesFile(named), bytes);
    return { named, tree };
  }

  return {
    async load() {
      const text = await record();
      const line = text === null ? null : lineOf(text);
      if (text === null || line === null) return null;
      if (line.format === 1) return parseFirstFormat(text, line);
      const { entries: named, ...meta } = line;
      const entries = await entriesOf(named);
      return entries && { meta: { ...meta, format: 1 }, entries };
    },
    async save({ meta, entries }) {
      const now = known?.tree === entries ? known : await writeEntries(entries);
      const line: Line = { ...meta, format: 2, entries: now.named };
      await files.write(RECORD, new TextEncoder().encode(`${JSON.stringify(line)}\n${END}`));
      known = now;
      return now.tree;
    },
    async forget() {
      await files.remove(RECORD);
      for (const revision of [0, 1]) await files.remove(entriesFile({ revision }));
    },
  };
}

function parseLine(text: string): Line | BaseMeta | null {
  if (!text.endsWith(END)) return null;
  try {
    const line = JSON.parse(text.slice(0, text.indexOf('\n'))) as Line | BaseMeta;
    return line.format === 1 || line.format === 2 ? line : null;
  } catch {
    return null;
  }
}

/** As the first builds wrote it: the entries follow in the record, one a line. */
function parseFirstFormat(text: string, meta: BaseMeta): Base | null {
  try {
    const [, ...lines] = text.slice(0, -END.length).trimEnd().split('\n');
    const entries = lines.map((line) => JSON.parse(line) as BaseEntry);
    return { meta, entries: new Map<SyncPath, BaseEntry>(entries.map((entry) => [entry.path, entry])) };
  } catch {
    return null;
  }
}
