import { promises } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/** The names of the AWS profiles of this person, as their two files have them; a file that cannot be read has none. */
export async function listProfiles(env: Readonly<Record<string, string | undefined>>): Promise<readonly string[]> {
  const home = path.join(env['HOME'] ?? homedir(), '.aws');
  const config = await textOf(env['AWS_CONFIG_FILE'] ?? path.join(home, 'config'));
  const keys = await textOf(env['AWS_SHARED_CREDENTIALS_FILE'] ?? path.join(home, 'credentials'));
  const named = [...sections(config, /^(?:profile\s+(.+)|(default))$/), ...sections(keys, /^(.+)$/)];
  return [...new Set(named)].toSorted();
}

const textOf = (file: string): Promise<string> => promises.readFile(file, 'utf8').catch(() => '');

/** `[profile "team"]`, `[default]`; other sections (`sso-session`, `services`) are no profiles. */
function sections(text: string, wanted: RegExp): readonly string[] {
  return [...text.matchAll(/^\s*\[\s*([^\]]+?)\s*\]/gm)].flatMap(([, name = '']) => {
    const found = wanted.exec(name);
    const profile = (found?.[1] ?? found?.[2] ?? '').replaceAll(/^(["'])(.*)\1$/g, '$2');
    return profile === '' ? [] : [profile];
  });
}
