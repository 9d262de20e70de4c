import type { Config } from '../../core/config/config.ts';
import { placeText } from '../../core/config/place-text.ts';
import { isSameRoot } from '../../core/config/same-place.ts';
import { SyncError } from '../../core/errors.ts';
import { asideRule, ignoreRule } from '../../core/paths/gitignore.ts';
import { planSetup, type SetupSource, type SetupStep } from '../../core/setup/setup-plan.ts';
import { configChanges } from './setup-config.ts';
import { openNote } from './setup-note.ts';
import type { SetupParts } from './setup-ports.ts';
import { forgetSetup, readRecord } from './setup-record.ts';
import { asideName, type SetupOptions, type Work } from './setup-work.ts';

/** What is there, what an earlier run has begun, and what there is to do. SyncError('usage' or 'config') when that cannot be done. */
export async function beginSetup(
  parts: SetupParts,
  options: SetupOptions,
  tell: Work['tell'],
): Promise<{ readonly work: Work; readonly steps: readonly SetupStep[] }> {
  const { to, state, clock } = parts;
  const earlier = await readRecord(state);
  const isNamed = isSameRoot(parts.from, to);
  const goesOn = earlier !== null && isSameRoot(earlier.to, to) && (isNamed || isSameRoot(earlier.from, parts.from));
  // What the file says by another's hand is no sign that anything was brought there.
  const isConfigured = isNamed && (!goesOn || earlier.isSwitching === true);
  // Once the file says the new place, only the record of the run that wrote it knows the old one.
  const from = goesOn ? earlier.from : isNamed ? null : parts.from;
  const skipMigration = options.skipMigration || (isConfigured && !goesOn);
  const notes = options.dryRun || earlier === null ? [] : await settleDrop(parts, earlier.from, tell);
  const found = skipMigration ? null : await sourceOf(parts, from, isConfigured);
  if (isConfigured && !goesOn) notes.push('This is what is set up here already: there is nothing to move.');
  const folder = parts.folderOf(to);
  const { source, ...lies } = await locate(parts, found, folder, !options.dryRun);
  const isRemote = to.backend.type === 's3';
  const target = isRemote
    ? ({ kind: 's3', name: placeText(to), folder } as const)
    : ({ kind: 'folder', folder } as const);
  const lineFor = async (of: string, rule: (folder: string) => string): Promise<string | null> => {
    const found = await parts.files.ignorable(of);
    return found === null ? null : rule(found);
  };
  const steps = planSetup({
    source: factsOf(source, skipMigration ? null : from, isConfigured),
    target,
    ...lies,
    skipMigration,
    isShared: isConfigured && goesOn,
    deleteSource: options.deleteSource,
    hasFile: await parts.files.hasConfig(),
    ignored: {
      target: await lineFor(folder, ignoreRule),
      aside: source === null ? null : await lineFor(source.folder, asideRule),
    },
    aside: asideName(source?.folder ?? '', clock.now()),
  });
  if (!steps.ok) throw new SyncError('usage', steps.problem.message, steps.problem.remedy);
  await parts.files.tryConfig(await configChanges(parts));
  if (!goesOn && !options.dryRun) await forgetSetup(state);
  if (goesOn) tell(`going on with the set-up that was begun at ${earlier.startedAt}`);
  const isGoingOn = isConfigured && goesOn;
  if (isGoingOn && source !== null && (await parts.folders.open(folder).state()).kind !== 'folder')
    throw new SyncError(
      'config',
      `the folder ${folder} is not there`,
      'Mount it or bring it back, or make it if it never was there; then run this again.',
    );
  const note = openNote(parts, options);
  const stop = new AbortController();
  const signals = options.signal === undefined ? [] : [options.signal];
  const work: Work = {
    parts,
    options: { ...options, signal: AbortSignal.any([stop.signal, ...signals]) },
    source,
    target,
    remote: isRemote ? await parts.openRemote(to, true) : null,
    old: source?.config.backend.type === 's3' && !isConfigured ? await parts.openRemote(source.config, false) : null,
    tell,
    onProgress(progress) {
      work.progress = progress;
      if (!options.dryRun) note.progress(progress);
      options.onProgress?.(progress);
    },
    note,
    progress: null,
    record: goesOn ? earlier : { format: 1, from, to, startedAt: new Date(clock.now()).toISOString(), brought: {} },
    verified: null,
    unmatched: { withheld: 0, changed: 0, otherTime: 0 },
    reached: { files: 0, bytes: 0 },
    conflicts: [],
    problems: [],
    generation: null,
    isConfigured: isGoingOn,
    held: new Map(),
    stop,
    left: new Set(),
    notes,
  };
  return { work, steps: steps.value };
}

/** What the run before was cut off at last: of what it had begun to delete nothing is left half-way. Gives notes. */
async function settleDrop(parts: SetupParts, from: Config | null, tell: Work['tell']): Promise<string[]> {
  if (from === null || from.backend.type === 'unsupported') return [];
  const folder = parts.folderOf(from);
  const settled = await parts.folders.settleDrop(folder);
  if (settled === 'gone') tell(`${folder} deleted: the run before was cut off at that`, 'clean-up');
  return settled === 'back' ? [`${folder} had come back to its place: something came to it while it was deleted.`] : [];
}

async function sourceOf(parts: SetupParts, from: Config | null, isConfigured: boolean) {
  if (from === null || from.backend.type === 'unsupported') return null;
  const folder = parts.folderOf(from);
  const state = await parts.folders.open(folder).state();
  if (state.kind === 'folder' || (from.backend.type === 's3' && !isConfigured)) return { config: from, folder };
  // The run before has moved it away: that was its last step but one.
  if (isConfigured) return null;
  throw new SyncError(
    'config',
    `the datastore ${folder} (set by ${from.source}) ${state.kind === 'missing' ? 'does not exist' : `cannot be used: ${state.reason}`}`,
    'Mount it or make it; or leave its files where they are with --skip-migration.',
  );
}

/** One name for one folder: the target's where they are the same, else the real one, which the plan shows. */
async function locate({ folders, files }: SetupParts, found: Work['source'], target: string, tries: boolean) {
  if (found === null) return { source: null, relation: 'apart', isAround: false, leadsTo: null } as const;
  const { config, folder } = found;
  const relation = await folders.relation(folder, target, tries);
  const { real, isAround, leaves } = await files.place(folder);
  // A root is opened under its own name, below which no link is followed.
  const named = config.backend.type === 's3' ? folder : real;
  const source = { config, folder: relation === 'same' ? target : named };
  return { source, relation, isAround, leadsTo: leaves ? real : null } as const;
}

/** Once the new place is configured, the files of the old remote are all here: the root alone is left to be cleaned up. */
function factsOf(source: Work['source'], from: Config | null, isConfigured: boolean): SetupSource {
  if (from?.backend.type === 'unsupported') return { kind: 'unsupported', found: from.backend.found };
  if (source === null) return { kind: 'none' };
  const { config, folder } = source;
  return config.backend.type === 's3' && !isConfigured
    ? { kind: 's3', name: placeText(config), folder }
    : { kind: 'folder', folder };
}
