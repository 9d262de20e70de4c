import { expect, test } from 'vitest';
import { withholder } from '../../src/core/paths/credential-paths.ts';
import { makePlan } from '../../src/core/plan/plan.ts';
import { planInput, type Sides } from './trees.ts';

test.each<[what: string, held: readonly string[], free: readonly string[]]>([
  [
    'settings with passwords, but not their samples',
    ['.env', 'a/b/.env', '.env.local', '.env.production', '.ENV', 'a/.envrc'],
    ['.env.example', '.env.sample', '.env.template', '.env.dist', 'env', '.environment', 'x.env', '.env/bin/python'],
  ],
  [
    'private keys',
    [
      'server.pem',
      'a/ca.PEM',
      'id_rsa',
      '.ssh/id_ed25519',
      'id_ecdsa_sk',
      'team.p12',
      'team.pfx',
      'x.ppk',
      'x.kdbx',
      'id_rsa_work',
      'ID_ED25519-github',
      'AuthKey_1.p8',
      'a/server.key',
      'privkey.key',
      'private-key.key',
      'x/tls.key',
      '.ssh/work',
      'home/.ssh/deploy.key',
    ],
    [
      'id_rsa.pub',
      'id_rsa/readme',
      'pem',
      'a.pem.txt',
      'my_id_rsa',
      'id_map',
      'id_rsa.pub.txt',
      'slides.key',
      'primary.key',
      'p8',
      '.ssh/known_hosts',
      '.ssh/config',
      '.ssh/id_rsa.pub',
      '.ssh/authorized_keys',
      '.ssh/a/b',
    ],
  ],
  [
    'logins of tools',
    ['.npmrc', '.netrc', '_netrc', 'x/.git-credentials', '.pgpass', '.pypirc', 'application_default_credentials.json'],
    ['npmrc', 'credentials.json', '.npmrc.md'],
  ],
  [
    'logins that only their folder tells',
    ['.aws/credentials', 'home/.aws/credentials', '.aws/sso/cache/1.json', '.docker/config.json', 'x/.kube/config'],
    ['credentials', 'x.aws/credentials', '.aws/config', 'config.json', 'kube/config', '.aws/credentials/x'],
  ],
  [
    'what editors and people keep of them',
    [
      '.env~',
      'a/key.pem~',
      'id_rsa~',
      'id_rsa.bak',
      'ID_RSA.OLD',
      'x/server.key.orig',
      '.npmrc.bak~',
      '.id_rsa.swp',
      '.key.pem.swo',
      '.env.swp',
      '#.netrc#',
      'a/#id_rsa#',
      '.aws/credentials.bak',
      'id_rsa.bak.conflict-al-T',
      'id_rsa~.conflict-al-T',
      'key.conflict-al-T.pem~',
    ],
    ['notes~', 'a.bak', 'id_rsa.pub~', 'slides.key~', '.ssh/id_rsa.pub~', '~', '.bak', '##', 'x.swp', 'id_rsa~/x'],
  ],
  [
    'conflict copies of them',
    [
      'id_rsa.conflict-al-20261120T193000Z',
      '.env.conflict-al-T',
      'a/.npmrc.conflict-al-T-2',
      'ca.conflict-al-T.pem',
      '.my.conflict-al-T.cnf',
      'credentials.tfrc.conflict-al-T.json',
      'id_rsa.conflict-al-T.conflict-bo-T',
      '.netrc.conflict-al-T.conflict-bo-T-2.conflict-al-U',
      '.docker/config.conflict-al-T.conflict-bo-T.json',
      '.AWS/credentials.CONFLICT-al-T.conflict-bo-T',
    ],
    [
      'x.conflict-al-T.json',
      'id_rsa.conflict-al-T/x',
      'x.conflict-al-T.conflict-bo-T.json',
      '.ssh/config.conflict-al-T',
    ],
  ],
])('%s', (_what, held, free) => {
  const withheld = withholder([]);
  expect(held.filter((path) => withheld(path) === null)).toEqual([]);
  expect(free.filter((path) => withheld(path) !== null)).toEqual([]);
  expect(held.map(withholder(held))).toEqual(held.map(() => null));
});

test('the reason names the file and both ways out', () => {
  expect(withholder(['.env'])('a/.env')).toBe(
    'files of this name often hold passwords or keys; to share it, add "a/.env" to "allow" in .datastore.yaml; to leave it out for good, to "exclude"',
  );
});

test.each<[what: string, sides: Sides]>([
  ['new here', { local: '.env=1' }],
  ['new there', { remote: '.env=1' }],
  ['changed here', { base: '.env=1', local: '.env=2', remote: '.env=1' }],
  ['changed there', { base: '.env=1', local: '.env=1', remote: '.env=2' }],
  ['gone here', { base: '.env=1', remote: '.env=1' }],
  ['gone there', { base: '.env=1', local: '.env=1' }],
  ['in conflict, and answered', { base: '.env=1', local: '.env=2', remote: '.env=3', policy: { onConflict: 'mine' } }],
])('held back, and named: %s', (_what, sides) => {
  const plan = makePlan({ ...planInput(sides), withheld: withholder([]) });
  expect(plan).toMatchObject({
    steps: [],
    conflicts: [],
    held: [{ path: '.env', reason: expect.stringMatching(/allow/) }],
  });
  expect(makePlan({ ...planInput(sides), withheld: withholder(['.env']) })).toMatchObject({ held: [] });
});

test('nothing is said of one that is equal on both sides, or that nobody has any more', () => {
  const sides: Sides[] = [
    { base: '.env=1', local: '.env=1', remote: '.env=1' },
    { local: '.env=1', remote: '.env=1' },
    { base: '.env=1' },
  ];
  for (const one of sides) expect(makePlan({ ...planInput(one), withheld: withholder([]) }).held).toEqual([]);
});
