import type { Config } from '../config/config.ts';

export interface SetupFlags {
  readonly skipMigration: boolean;
  readonly deleteSource: boolean;
}

/** The command line of a set-up to this place, for a POSIX shell. */
export function setupCommand({ backend, root }: Config, { skipMigration, deleteSource }: SetupFlags): string {
  const words =
    backend.type === 's3'
      ? ['s3', ...flagsOf({ ...backend, root }, ['bucket', 'prefix', 'region', 'endpoint', 'profile', 'root'])]
      : ['filesystem', ...(backend.type === 'filesystem' ? flagsOf(backend, ['path']) : [])];
  const switches = [...(skipMigration ? ['--skip-migration'] : []), ...(deleteSource ? ['--delete-source'] : [])];
  return ['datastore', 'setup', ...words, ...switches].join(' ');
}

function flagsOf<Name extends string>(
  values: { readonly [name in Name]?: string | undefined },
  names: readonly Name[],
): readonly string[] {
  return names.flatMap((name) => {
    const value = values[name];
    return value === undefined || value === '' ? [] : [`--${name}`, shellWord(value)];
  });
}

const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
