import { datastoreFields, type FieldChange, sharedFields } from '../../core/config/config-write.ts';
import { SyncError } from '../../core/errors.ts';
import type { SetupParts } from './setup-ports.ts';
import { promoteBase } from './setup-record.ts';
import { isThere, type Work } from './setup-work.ts';

/** What `.datastore.yaml` has to say. A new file hides a lower layer, and carries on what that says of the files. */
export async function configChanges({ to, written, files }: SetupParts): Promise<readonly FieldChange[]> {
  if (to.backend.type === 'unsupported') throw new TypeError('another tool’s format is no target');
  const fields = datastoreFields(to.backend, written);
  return (await files.hasConfig()) ? fields : [...fields, ...sharedFields(to)];
}

/** The switch: from here on the new place is the datastore. The root then knows of it what the set-up knew. */
export async function configure(work: Work): Promise<void> {
  const { parts, options, tell, notes, target, source, old } = work;
  const isNew = !(await parts.files.hasConfig());
  if (!work.isConfigured && !(await isThere(work))) await parts.folders.open(target.folder).create();
  await work.record.switching();
  const isChanged = await parts.files.writeConfig(await configChanges(parts));
  const isAgain = work.isConfigured;
  work.isConfigured = true;
  work.left.clear();
  if (target.kind === 's3' && !options.skipMigration)
    await promoteBase(parts.state, parts.openState(parts.to), isAgain);
  tell(`.datastore.yaml ${isNew ? 'written' : isChanged ? 'changed' : 'says so already'}`);
  const hidden = parts.from?.source ?? '';
  if (hidden === '.swamp.yaml') notes.push('.datastore.yaml now wins over .swamp.yaml, which is left as it is.');
  if (['DATASTORE_URL', 'SWAMP_DATASTORE'].includes(hidden))
    notes.push(`${hidden} is set, and wins over .datastore.yaml: unset it.`);
  if (old !== null && source !== null) notes.push(`${old.store.name} keeps all it has: nothing is ever deleted there.`);
}

/** What goes wrong here leaves the folder for git to see, and no more: nothing is moved aside then. */
export async function ignore({ parts, tell, notes, found }: Work, lines: readonly string[]): Promise<void> {
  try {
    await parts.files.ignore(lines);
    tell(`${lines.join(' and ')} in .gitignore`);
  } catch (error) {
    if (!(error instanceof SyncError && error.kind === 'local')) throw error;
    found.isIgnored = false;
    notes.push(`${error.message} Add ${lines.join(' and ')} to it yourself.`);
  }
}
