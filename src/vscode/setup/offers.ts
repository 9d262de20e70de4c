import * as vscode from 'vscode';
import { said, t } from '../l10n.ts';
import type { Offer } from './ask.ts';
import { type Draft, keysOf, PROFILE, profileOf } from './draft.ts';
import { type Asked, type Row, STORES } from './questions.ts';
import { partsFor, type Setup } from './setup.ts';

/** What can be chosen for a step: at once, and what is found while the person looks. */
export function offerOf(setup: Setup, step: Asked, draft: Draft): Offer {
  switch (step) {
    case 'store':
      return { rows: STORES };
    case 'bucket': {
      const rows = known(draft.bucket);
      return { rows, more: (signal) => buckets(setup, draft, rows, signal) };
    }
    case 'root':
      return { rows: known(draft.root), more: () => folders(setup, draft.root) };
    case 'credentials':
      return {
        rows: credentialRows(draft, '', []),
        more: async (signal) => {
          const [found, profiles] = await Promise.all([chain(setup, draft, signal), setup.ui.host.listProfiles()]);
          return credentialRows(draft, found, profiles);
        },
      };
    default:
      return { rows: [] };
  }
}

const plain = (name: string, description = ''): Row => ({ label: name, description, value: name });
const known = (name: string): readonly Row[] => (name === '' ? [] : [plain(name)]);

async function buckets(
  { ui }: Setup,
  draft: Draft,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<readonly Row[]> {
  const { region, endpoint } = draft;
  const account = {
    ...(draft.store === 'compatible' ? { endpoint } : {}),
    region: region === '' ? undefined : region,
    profile: profileOf(draft),
    credentials: keysOf(draft),
  };
  try {
    const names = await ui.host.listBuckets(account, signal);
    return [...rows, ...names.filter((name) => name !== draft.bucket).map((name) => plain(name))];
  } catch (error) {
    ui.log.debug(`buckets could not be listed: ${String(error)}`);
    return [...rows, note(t('$(info) The buckets cannot be listed: type the name'))];
  }
}

async function folders({ folder }: Setup, root: string): Promise<readonly Row[]> {
  const entries = await vscode.workspace.fs.readDirectory(folder.workspace.uri).then(
    (found) => found,
    () => [],
  );
  const names = entries
    .filter(([name, type]) => type === vscode.FileType.Directory && !name.startsWith('.') && name !== 'node_modules')
    .map(([name]) => name)
    .toSorted();
  const own = root === '' || names.includes(root) ? [] : [plain(root, t('will be made where it is not there'))];
  return [...own, ...names.map((name) => plain(name, t('is there')))];
}

function credentialRows({ credentials }: Draft, found: string, profiles: readonly string[]): readonly Row[] {
  const names = credentials.startsWith(PROFILE) ? [credentials.slice(PROFILE.length), ...profiles] : profiles;
  return [
    { label: t('$(search) As AWS tools find them'), description: found, value: 'chain' },
    ...[...new Set(names)].map((name) => ({
      label: `$(account) ${name}`,
      description: t('AWS profile'),
      value: PROFILE + name,
    })),
    { label: t('$(key) Type access keys'), description: t('kept in the secret storage of VS Code'), value: 'keys' },
  ];
}

/** Where the chain has its credentials from. */
async function chain(setup: Setup, draft: Draft, signal: AbortSignal): Promise<string> {
  try {
    const parts = await partsFor(setup, { ...draft, credentials: 'chain' });
    const remote = await parts.openRemote(parts.to, true, true);
    try {
      return t('found: {0}', said((await remote.bucket.credentials(signal)).from));
    } finally {
      await remote.close();
    }
  } catch (error) {
    setup.ui.log.debug(`credentials were not found: ${String(error)}`);
    return t('found none');
  }
}

const note = (label: string): Row => ({ label, description: '', value: null, stays: true });
