import { bad, ok, type Result } from '../errors.ts';
import { HISTORY, type HistoryPolicy } from '../garbage/keep.ts';
import type { Backend, Config } from './config.ts';
import {
  backendOf,
  type ConfigFields,
  readFileFields,
  readSwampFields,
  readUrlFields,
  type Surroundings,
  type Written,
} from './config-backend.ts';
import type { ConfigProblem } from './config-problem.ts';
import type { RawField, RawNode, Report } from './config-shape.ts';
import { parseDatastoreUrl } from './config-url.ts';
import { withRates } from './rate.ts';
import { timingOf } from './timing.ts';

/** One file as it was read: its document, or why there is none. Null document: nothing in it. */
export interface RawFile {
  readonly source: '.datastore.yaml' | '.swamp.yaml';
  readonly node: RawNode | null;
  readonly problems: readonly ConfigProblem[];
}

export interface ConfigLayers extends Surroundings {
  /** Set and not empty, highest first: `DATASTORE_URL`, `SWAMP_DATASTORE`, then the flag or setting. Only the first counts. */
  readonly urls: readonly { readonly source: string; readonly url: string }[];
  /** `.datastore.yaml`, else `.swamp.yaml` with a `datastore:` field (then the node is that field). */
  readonly file: RawFile | null;
  /** Whether the workspace has a folder `.swamp`. */
  readonly swampFolder: boolean;
  /** An absolute path relative to the workspace with `/`, null when it is outside. */
  inside(path: string): string | null;
}

const DEFAULT_LOCK = { ttlMs: 30_000, waitMs: 60_000 };

/**
 * Merges the layers. A URL replaces the backend wholly (bucket, prefix, region, endpoint, profile, encryption);
 * what a URL does not name of the workspace itself (root, directories, exclude, allow, lock, history, timing) comes from the file when there
 * is one. A file with a mistake is refused even when a URL wins: its excludes count. Gives all problems, not the first.
 */
export function resolveConfig(layers: ConfigLayers): Result<Config, readonly ConfigProblem[]> {
  const problems: ConfigProblem[] = [...(layers.file?.problems ?? [])];
  const at =
    (source: string): Report =>
    (line, field, message) =>
      problems.push({ kind: 'config', source, line, field: field === '' ? null : field, message });
  const url = layers.urls[0];
  const file = layers.file === null ? null : readFile(layers.file, layers, at(layers.file.source), url === undefined);
  const layer = url === undefined ? file : readUrl(url, layers, at(url.source));
  const root = layer?.fields.root ?? file?.fields.root;
  if (layer?.fields.type === 's3' && root === undefined && !problems.some((problem) => problem.field === 'root')) {
    const where = url === undefined ? '' : ' (add root=… to the URL, or root: to .datastore.yaml)';
    at(layer.source)(null, 'root', `missing; name the workspace folder that is shared${where}`);
  }
  if (problems.length > 0) return bad(problems);
  const backend = layer?.backend ?? defaultBackend(layers);
  if (backend === null) return bad([notSetUp(layers.file)]);
  const { directories, exclude, allow, lock, history, timing, maxUpload, maxDownload } = file?.fields ?? {};
  return ok({
    backend,
    root: rootOf(backend, root, layers),
    directories: directories ?? null,
    exclude: exclude ?? [],
    allow: allow ?? [],
    lock: { ttlMs: lock?.ttlSeconds ?? DEFAULT_LOCK.ttlMs, waitMs: lock?.waitSeconds ?? DEFAULT_LOCK.waitMs },
    ...(history === undefined ? {} : { history: historyOf(history) }),
    timing: timingOf(timing),
    ...withRates({}, { maxUpload, maxDownload }),
    source: layer?.backend ? layer.source : 'default',
  });
}

const DAY_MS = 24 * 3_600_000;

const historyOf = (fields: NonNullable<ConfigFields['history']>): HistoryPolicy => ({
  commits: fields.keepCommits ?? HISTORY.commits,
  ms: fields.keepDays === undefined ? HISTORY.ms : fields.keepDays * DAY_MS,
  collects: fields.collect ?? HISTORY.collects,
});

interface Layer {
  readonly source: string;
  readonly backend: Backend | null;
  readonly fields: ConfigFields;
}

/** `whole`: nothing above it names the backend, so the file must. */
function readFile(file: RawFile, around: Surroundings, report: Report, whole: boolean): Layer | null {
  const { source, node } = file;
  if (node === null) return null;
  if (source === '.swamp.yaml') {
    const fields = readSwampFields(node, '', report);
    if (fields === undefined) return null;
    const { type, path, ...shared } = fields;
    if (type !== undefined && type !== 'filesystem')
      return { source, backend: { type: 'unsupported', found: type }, fields: shared };
    return { source, backend: { type: 'filesystem', path: around.absolute(path ?? '.swamp') }, fields: shared };
  }
  const fields = readFileFields(node, '', report);
  if (fields === undefined) return null;
  const written = writtenIn(node);
  if (whole && fields.type === undefined && !written.has('type')) report(null, 'type', 'missing (s3 or filesystem)');
  return { source, backend: backendOf(fields, around, report, written), fields };
}

function readUrl({ source, url }: { source: string; url: string }, around: Surroundings, report: Report): Layer | null {
  if (source === 'SWAMP_DATASTORE' && !url.startsWith('filesystem:')) {
    // Only up to the first separator: what follows may be JSON with keys in it.
    return { source, backend: { type: 'unsupported', found: url.split(/[:{\s]/, 1)[0] ?? '' }, fields: {} };
  }
  const parsed = parseDatastoreUrl(url);
  if (!parsed.ok) {
    report(null, '', parsed.problem);
    return null;
  }
  const fields = readUrlFields(parsed.value, report);
  return fields === undefined
    ? null
    : { source, fields, backend: backendOf(fields, around, report, writtenIn(parsed.value)) };
}

function writtenIn(node: RawNode): Written {
  const find = (field: string): RawField | null => {
    let found: RawNode = node;
    let last: RawField | null = null;
    for (const name of field.split('.')) {
      last = found.kind === 'map' ? (found.fields.find((candidate) => candidate.name === name) ?? null) : null;
      if (last === null) return null;
      found = last.node;
    }
    return last;
  };
  return { has: (field) => find(field) !== null, line: (field) => find(field)?.line ?? null };
}

const defaultBackend = (layers: ConfigLayers): Backend | null =>
  layers.swampFolder ? { type: 'filesystem', path: layers.absolute('.swamp') } : null;

/** For a folder used in place: where it lies in the workspace, empty when outside. */
function rootOf(backend: Backend, root: string | undefined, layers: ConfigLayers): string {
  switch (backend.type) {
    case 's3':
      return root ?? '';
    case 'filesystem':
      return layers.inside(backend.path) ?? '';
    case 'unsupported':
      return '';
  }
}

const notSetUp = (file: RawFile | null): ConfigProblem => ({
  kind: 'not-set-up',
  source: file?.source ?? 'configuration',
  line: null,
  field: null,
  message:
    file === null
      ? 'no datastore is configured: there is no DATASTORE_URL, no --datastore, no .datastore.yaml, no .swamp.yaml and no folder .swamp'
      : 'nothing in it names a datastore',
});
