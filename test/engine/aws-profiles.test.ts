import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listProfiles } from '../../src/adapters/aws-profiles.ts';

describe('AWS profiles', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'profiles-'));
    await mkdir(path.join(home, '.aws'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));
  const write = (name: string, text: string) => writeFile(path.join(home, name), text);

  const rows: readonly { describes: string; config: string; keys: string; found: readonly string[] }[] = [
    { describes: 'none', config: '', keys: '', found: [] },
    {
      describes: 'both files, each name once, sorted',
      config: '[profile team]\nregion = eu-west-1\n[default]\n',
      keys: '[team]\naws_access_key_id = x\n[alone]\n',
      found: ['alone', 'default', 'team'],
    },
    {
      describes: 'quoted and padded names',
      config: '[profile "two words"]\n  [ profile padded ]\n',
      keys: '',
      found: ['padded', 'two words'],
    },
    {
      describes: 'sections that are no profiles',
      config: '[sso-session x]\n[services y]\n[plain]\n# [profile off]\n',
      keys: '',
      found: [],
    },
  ];
  it.each(rows)('$describes', async ({ config, keys, found }) => {
    await write('.aws/config', config);
    await write('.aws/credentials', keys);
    expect(await listProfiles({ HOME: home })).toEqual(found);
  });

  it('are read where the environment says', async () => {
    await write('.aws/config', '[profile hidden]\n');
    await write('elsewhere', '[profile shown]\n');
    expect(await listProfiles({ HOME: home, AWS_CONFIG_FILE: path.join(home, 'elsewhere') })).toEqual(['shown']);
  });
  it('files that are not there have none', async () => {
    expect(await listProfiles({ HOME: path.join(home, 'nobody') })).toEqual([]);
  });
});
