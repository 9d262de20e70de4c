import { SyncError } from '../../core/errors.ts';
import type { BaseEntry, BaseTree } from '../../core/format/tree.ts';
import type { SyncPath } from '../../core/paths/sync-path.ts';
import type { StateFiles } from '../ports.ts';
import type { Base, BaseMeta, BaseStore } from './base-store.ts';
import { type DraftTree, draftOf, isDraft } from './draft-tree.ts';
import { bytesOf, isPacked, type PackedTree, pack, sumOf, unpack } from './packed-tree.ts';

const RECORD = 'base.jsonl';
/** A last line that is always there: a file without it was cut. */
const END = '{"end":true}\n';
/** The same with a sum of the line before it: what lies in that is believed, and a changed letter would be another entry. */
const endOf = (line: string): string => `${JSON.stringify({ end: true, sum: sumOfText(line) })}\n`;
/** The latest that this version reads. */
const FORMAT = 3;

/** What names the entries that go with a record. */
interface Named {
  /** Rises with every record that names other entries. */
  readonly revision: number;
  readonly count: number;
  /** Of their bytes. */
  readonly sum: number;
}

/** What is other than in the entries that the record names. */
interface Beside {
  readonly changed: readonly BaseEntry[];
  readonly gone: readonly SyncPath[];
}

/** With more beside them the entries are written anew: the record, which each cycle writes, stays small. */
const MOST_BESIDE = 64;

interface WithEntries extends Omit<BaseMeta, 'format'> {
  readonly entries: Named;
}

/** The first line of the record. Builds that know no `beside` would take older entries for the base: to them it is a later format. */
type Line =
  | (WithEntries & { readonly format: 2; readonly beside?: undefined })
  | (WithEntries & { readonly format: 3; readonly beside: Beside });

/** Entries lie beside the record, in turn in two files: those that the record names stay whole until it names the others. */
const entriesFile = ({ revision }: Pick<Named, 'revision'>): string => `base-entries-${revision % 2}`;

/**
 * A base on disk. The record is small and replaced by each cycle; the few entries that a cycle changes are in it, and all of them are
 * written when those are no longer few. The record is the one that counts: entries other than those that it names are no base.
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
    const revision = found === null || found.format === 1 ? 1 : found.entries.revision + 1;
    const named = { revision, count: tree.size, sum: sumOf(bytes) };
    await files.write(entriesFile(named), bytes);
    return { named, tree };
  }

  function writeRecord(line: Line): Promise<void> {
    const text = JSON.stringify(line);
    return files.write(RECORD, new TextEncoder().encode(`${text}\n${line.format === 3 ? endOf(text) : END}`));
  }

  /** They may be gone since they were written, and this process alone would know them. */
  async function stand(named: Named): Promise<boolean> {
    const bytes = await files.read(entriesFile(named));
    return bytes !== null && sumOf(bytes) === named.sum;
  }

  return {
    async load() {
      const text = await record();
      const line = text === null ? null : lineOf(text);
      if (text === null || line === null) return null;
      if (line.format === 1) return parseFirstFormat(text, line);
      const { entries: named, beside, ...meta } = line;
      const tree = await entriesOf(named);
      return tree && { meta: { ...meta, format: 1 }, entries: beside === undefined ? tree : withBeside(tree, beside) };
    },
    async save({ meta, entries }) {
      const few = isDraft(entries) && known?.tree === entries.from ? besideOf(entries) : null;
      if (known !== null && few !== null && (await stand(known.named))) {
        await writeRecord({ ...meta, format: 3, entries: known.named, beside: few });
        return entries;
      }
      const now = known?.tree === entries ? known : await writeEntries(entries);
      await writeRecord({ ...meta, format: 2, entries: now.named });
      known = now;
      return now.tree;
    },
    async forget() {
      await files.remove(RECORD);
      for (const revision of [0, 1]) await files.remove(entriesFile({ revision }));
    },
  };
}

/** Null: too much. */
function besideOf({ changed, gone }: DraftTree): Beside | null {
  return changed.size + gone.size > MOST_BESIDE ? null : { changed: [...changed.values()], gone: [...gone] };
}

function withBeside(tree: PackedTree, { changed, gone }: Beside): DraftTree {
  const draft = draftOf(tree);
  for (const path of gone) draft.delete(path);
  for (const entry of changed) draft.set(entry);
  return draft;
}

/** Null: it was cut, or is damaged. Throws SyncError('newer-format'). */
function parseLine(text: string): Line | BaseMeta | null {
  const first = text.slice(0, text.indexOf('\n'));
  const line = parseJson(first) as Line | BaseMeta | null;
  switch (line?.format) {
    case 1:
    case 2:
      return text.endsWith(END) ? line : null;
    case 3:
      return text === `${first}\n${endOf(first)}` ? line : null;
    default:
      return refuseLater(line);
  }
}

function refuseLater(line: { readonly format?: unknown } | null): null {
  const format = line?.format;
  if (typeof format !== 'number' || !Number.isInteger(format) || format <= FORMAT) return null;
  throw new SyncError(
    'newer-format',
    `what this workspace was last in step with is noted in format ${format}, and this version reads format ${FORMAT}`,
    'Update Datastore Sync.',
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function sumOfText(text: string): number {
  const bytes = new TextEncoder().encode(text);
  // Whole words are summed.
  const words = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  words.set(bytes);
  return sumOf(words);
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
