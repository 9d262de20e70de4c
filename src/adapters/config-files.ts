import * as fs from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../core/config/config.ts';
import { type ConfigLayers, type RawFile, resolveConfig } from '../core/config/config-layers.ts';
import type { ConfigProblem } from '../core/config/config-problem.ts';
import { type RateTexts, readRates, withRates } from '../core/config/rate.ts';
import { bad, ok, type Result } from '../core/errors.ts';
import { parseYaml } from './config-yaml.ts';

// `fs.promises` does the same, and takes longer to load than all that is read here.
const [stat, readFile] = [promisify(fs.stat), promisify(fs.readFile)];

export interface ConfigRequest {
  /** Absolute; where `.datastore.yaml` lies (see `findWorkspace`). */
  readonly workspace: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** From the flag or the setting; `source` names it, e.g. `--datastore`. */
  readonly url?: { readonly source: string; readonly url: string };
  /** Go before those of the file; `source` stands before their names. */
  readonly rates?: { readonly source: string; readonly texts: RateTexts };
}

/** Reads all layers of the configuration and merges them; all problems at once. Nothing is written, nobody is contacted. */
export async function readConfig(request: ConfigRequest): Promise<Result<Config, readonly ConfigProblem[]>> {
  const { workspace, env } = request;
  const urls = [
    { source: 'DATASTORE_URL', url: env['DATASTORE_URL'] },
    { source: 'SWAMP_DATASTORE', url: env['SWAMP_DATASTORE'] },
    ...(request.url === undefined ? [] : [request.url]),
  ].flatMap(({ source, url }) => (url === undefined || url.trim() === '' ? [] : [{ source, url: url.trim() }]));
  const file = (await readLayer(workspace, '.datastore.yaml')) ?? (await readLayer(workspace, '.swamp.yaml'));
  const layers: ConfigLayers = {
    urls,
    file,
    swampFolder: await isFolder(path.join(workspace, '.swamp')),
    region: env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || null,
    absolute: (found) =>
      path.resolve(
        workspace,
        found.replace(/^~(?=\/|$)/, () => env['HOME'] ?? homedir()),
      ),
    inside(absolute) {
      const relative = path.relative(workspace, absolute);
      return relative === '' || relative.startsWith('..') || path.isAbsolute(relative)
        ? null
        : relative.replaceAll(path.sep, '/');
    },
  };
  const resolved = resolveConfig(layers);
  if (!resolved.ok || request.rates === undefined) return resolved;
  const rates = readRates(request.rates.source, request.rates.texts);
  return rates.ok ? ok(withRates(resolved.value, rates.value)) : rates;
}

/**
 * The workspace of a folder: the nearest folder at or above it with `.datastore.yaml`, `.swamp.yaml` or `.git`;
 * the folder itself when there is none. So a command works in every subfolder, and never reaches beyond the repository.
 */
export async function findWorkspace(from: string): Promise<string> {
  const start = path.resolve(from);
  for (let folder = start; ; folder = path.dirname(folder)) {
    for (const marker of ['.datastore.yaml', '.swamp.yaml', '.git']) {
      if (await exists(path.join(folder, marker))) return folder;
    }
    if (path.dirname(folder) === folder) return start;
  }
}

/** A configuration file of a person is far smaller. */
const MAX_BYTES = 256 * 1024;

async function readLayer(workspace: string, source: RawFile['source']): Promise<RawFile | null> {
  const name = path.join(workspace, source);
  let text: string;
  try {
    const { size } = await stat(name);
    if (size > MAX_BYTES) return unreadable(source, `larger than ${MAX_BYTES / 1024} KiB`);
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(name));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT') return null;
    return unreadable(
      source,
      code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'not UTF-8 text' : `cannot be read (${code})`,
    );
  }
  const parsed = parseYaml(text, source === '.swamp.yaml' ? 'datastore' : null);
  if (!parsed.ok) {
    return {
      source,
      node: null,
      problems: parsed.problem.map((problem) => ({ kind: 'config', source, field: null, ...problem })),
    };
  }
  if (source === '.swamp.yaml' && parsed.value === null) return null;
  return { source, node: parsed.value, problems: [] };
}

const unreadable = (source: RawFile['source'], message: string): RawFile => {
  const problems = bad([{ kind: 'config', source, line: null, field: null, message }] as const).problem;
  return { source, node: null, problems };
};

const exists = async (name: string): Promise<boolean> =>
  await stat(name).then(
    () => true,
    () => false,
  );

const isFolder = async (name: string): Promise<boolean> =>
  await stat(name).then(
    (found) => found.isDirectory(),
    () => false,
  );
