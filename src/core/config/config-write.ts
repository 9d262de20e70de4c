import { HISTORY, type HistoryPolicy } from '../garbage/keep.ts';
import type { Backend, Config } from './config.ts';
import { rateText } from './rate.ts';
import { timingFields } from './timing.ts';

export type FieldValue = string | number | boolean | readonly string[] | Readonly<Record<string, number | boolean>>;

/** One top field of `.datastore.yaml`; null takes it out. */
export interface FieldChange {
  readonly name: string;
  readonly value: FieldValue | null;
}

/** A pair of the top map, by offsets into the text: its key, its value without what follows, in this order in the text. */
export interface FieldSpan {
  readonly name: string;
  readonly start: number;
  /** After the colon where there is no value. */
  readonly valueStart: number;
  readonly valueEnd: number;
  /** On its lines, each from its `#`. */
  readonly comments: readonly string[];
}

/** How a person named a place. */
export interface WrittenPlace {
  /** Relative to the workspace. */
  readonly root: string;
  /** As the file shall have it: relative to the workspace, or absolute. */
  readonly path: string;
  /** Whether the region was named, or found, and not merely guessed. */
  readonly region: boolean;
  /** The same bucket as before: what the file says of it alone stays. */
  readonly isSameBucket: boolean;
}

/** What names a datastore, in the order of the file. */
export function datastoreFields(
  backend: Exclude<Backend, { type: 'unsupported' }>,
  written: WrittenPlace,
): readonly FieldChange[] {
  if (backend.type === 'filesystem') {
    const gone = ['root', 'bucket', 'prefix', 'region', 'endpoint', 'forcePathStyle', 'profile', 'encryption'];
    return [
      { name: 'type', value: 'filesystem' },
      { name: 'path', value: written.path },
      ...gone.map((name) => ({ name, value: null })),
    ];
  }
  return [
    { name: 'type', value: 's3' },
    { name: 'root', value: written.root },
    { name: 'bucket', value: backend.bucket },
    { name: 'prefix', value: backend.prefix === '' ? null : backend.prefix },
    { name: 'region', value: written.region ? backend.region : null },
    { name: 'endpoint', value: backend.endpoint ?? null },
    { name: 'profile', value: backend.profile ?? null },
    { name: 'path', value: null },
    ...(written.isSameBucket ? [] : ['forcePathStyle', 'encryption'].map((name) => ({ name, value: null }))),
  ];
}

/** What a new file must carry on of a lower layer, whose fields it hides. */
export function sharedFields(config: Config): readonly FieldChange[] {
  const { directories, exclude, allow, lock, history, timing, maxUpload, maxDownload } = config;
  return [
    { name: 'directories', value: directories },
    { name: 'exclude', value: exclude.length === 0 ? null : exclude },
    { name: 'allow', value: allow.length === 0 ? null : allow },
    {
      name: 'lock',
      value:
        lock.ttlMs === 30_000 && lock.waitMs === 60_000
          ? null
          : { ttlSeconds: lock.ttlMs / 1000, waitSeconds: lock.waitMs / 1000 },
    },
    { name: 'history', value: historyFields(history) },
    { name: 'timing', value: timingFields(timing) },
    { name: 'maxUpload', value: maxUpload === undefined ? null : rateText(maxUpload) },
    { name: 'maxDownload', value: maxDownload === undefined ? null : rateText(maxDownload) },
  ];
}

function historyFields({
  commits,
  ms,
  collects,
}: HistoryPolicy = HISTORY): Readonly<Record<string, number | boolean>> | null {
  const given = {
    ...(commits === HISTORY.commits ? {} : { keepCommits: commits }),
    ...(ms === HISTORY.ms ? {} : { keepDays: ms / (24 * 3_600_000) }),
    ...(collects === HISTORY.collects ? {} : { collect: collects }),
  };
  return Object.keys(given).length === 0 ? null : given;
}

/** A text with these fields changed and every other byte as it was. `spans` are all pairs of its top map. */
export function editFields(given: string, spans: readonly FieldSpan[], changes: readonly FieldChange[]): string {
  const eol = /\r?\n/.exec(given)?.[0] ?? '\n';
  const isOpen = given !== '' && !given.endsWith('\n');
  const text = isOpen && changes.some(({ name, value }) => value !== null && !isIn(spans, name)) ? given + eol : given;
  const edits: Edit[] = [];
  let last: FieldSpan | null = null;
  for (const { name, value } of changes) {
    const span = spans.find((found) => found.name === name);
    if (span === undefined) {
      if (value !== null) edits.push(insertion(text, last ?? spans.at(-1) ?? null, line(name, value), eol));
      continue;
    }
    if (value === null) {
      edits.push(removal(text, span, eol));
      continue;
    }
    const isEmpty = span.valueStart === span.valueEnd;
    const by = `${isEmpty ? ' ' : ''}${valueText(value)}`;
    if (text.slice(span.valueStart, span.valueEnd) !== by) edits.push({ from: span.valueStart, to: span.valueEnd, by });
    last = span;
  }
  let result = text;
  // From the end, so that offsets stay true; what goes at one place goes before what comes there, which keeps its order.
  for (const { from, to, by } of edits.toReversed().toSorted((a, b) => b.from - a.from || b.to - a.to)) {
    result = result.slice(0, from) + by + result.slice(to);
  }
  return result;
}

/** A file that was not there. */
export const newFile = (changes: readonly FieldChange[]): string => editFields('', [], changes);

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

function insertion(text: string, after: FieldSpan | null, row: string, eol: string): Edit {
  const at = after === null ? text.length : lineEnd(text, after.valueEnd);
  const indent = after === null ? '' : text.slice(lineStart(text, after.start), after.start);
  return { from: at, to: at, by: `${indent}${row}${eol}` };
}

/** What was said of a field that goes stays: it may say why, or of what comes. */
function removal(text: string, { start, valueEnd, comments }: FieldSpan, eol: string): Edit {
  const [from, to] = [lineStart(text, start), lineEnd(text, valueEnd)];
  const kept = comments.map((comment) => text.slice(from, start) + comment).join(eol);
  return { from, to, by: kept !== '' && text.slice(from, to).endsWith('\n') ? kept + eol : kept };
}

const isIn = (spans: readonly FieldSpan[], name: string): boolean => spans.some((span) => span.name === name);

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

/** After the line break. */
function lineEnd(text: string, at: number): number {
  const found = text.indexOf('\n', at);
  return found < 0 ? text.length : found + 1;
}

const line = (name: string, value: FieldValue): string => `${name}: ${valueText(value)}`;

function valueText(value: FieldValue): string {
  if (typeof value === 'string') return scalarText(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map((item: string) => JSON.stringify(item)).join(', ')}]`;
  return `{ ${Object.entries(value)
    .map(([name, item]) => `${name}: ${item}`)
    .join(', ')} }`;
}

/** Plain where every YAML reader takes it for this very text. */
const scalarText = (text: string): string =>
  /^[A-Za-z./][\w./-]*(:\/\/[\w./:-]+)?$/.test(text) &&
  !text.endsWith(':') &&
  !/^(true|false|yes|no|on|off|null|y|n|\.inf|\.nan)$/i.test(text) &&
  !/^\.?\d|^\.+$/.test(text)
    ? text
    : JSON.stringify(text);
