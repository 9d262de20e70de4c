import { statSync } from 'node:fs';
import path from 'node:path';
import { readConfig } from './adapters/config-files.ts';
import type { Config } from './core/config/config.ts';
import { configProblemText } from './core/config/config-problem.ts';
import { SyncError } from './core/errors.ts';
import { type SetupInput, setupUrl } from './core/setup/setup-input.ts';

/** Read as every configuration is, with the input as a URL over the file: what else the file says of the workspace stays true. */
export async function targetOf(workspace: string, from: Config | null, input: SetupInput): Promise<Config> {
  const url = setupUrl(input, from);
  if (!url.ok) {
    const said = url.problem.map(({ field, message }) => `${field}: ${message}`).join('\n');
    throw new SyncError('usage', said, 'Correct that and try again.');
  }
  const read = await readAs(workspace, 'setup', url.value);
  if (!read.ok) {
    throw new SyncError('config', read.problem.map(configProblemText).join('\n'), 'Correct that and try again.', {
      details: { problems: read.problem },
    });
  }
  const { value } = read;
  if (!isSameBucket(from, value) || value.backend.type !== 's3' || from?.backend.type !== 's3') return value;
  const { forcePathStyle, encryption } = from.backend;
  return {
    ...value,
    backend: { ...value.backend, forcePathStyle, ...(encryption === undefined ? {} : { encryption }) },
  };
}

/** A file that names no datastore yet hides the default: its files come along all the same. */
export async function swampOf(workspace: string): Promise<Config | null> {
  const folder = path.join(workspace, '.swamp');
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return null;
  const read = await readAs(workspace, 'default', `filesystem:${folder}`);
  return read.ok ? read.value : null;
}

/** What was set up (`from`), read again as it is now; null: no file names any. What stands in none of them, nobody changes meanwhile. */
export async function presentOf(workspace: string, from: Config | null): Promise<Config | null> {
  if (from !== null && !IN_FILES.has(from.source)) return from;
  const read = await readConfig({ workspace, env: withoutUrl() });
  return read.ok ? read.value : null;
}

const IN_FILES: ReadonlySet<string> = new Set(['.datastore.yaml', '.swamp.yaml', 'default']);

/** The configuration with this datastore, whatever the variables name: that is where files come from. */
const readAs = (workspace: string, source: string, url: string) =>
  readConfig({
    workspace,
    env: withoutUrl(),
    url: { source, url },
  });

const withoutUrl = () => ({ ...process.env, DATASTORE_URL: undefined, SWAMP_DATASTORE: undefined });

export function isSameBucket(from: Config | null, to: Config): boolean {
  const [a, b] = [from?.backend, to.backend];
  return a?.type === 's3' && b.type === 's3' && a.bucket === b.bucket && a.endpoint === b.endpoint;
}
