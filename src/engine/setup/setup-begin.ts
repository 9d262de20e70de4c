import type { Config } from '../../core/config/config.ts';
import { placeText } from '../../core/config/place-text.ts';
import { isSameRoot } from '../../core/config/same-place.ts';
import { SyncError } from '../../core/errors.ts';
import { asideRule, ignoreRule } from '../../core/paths/gitignore.ts';
import { keptNote } from '../../core/setup/kept-text.ts';
import { planSetup, type SetupSource, type SetupStep, type SetupTarget } from '../../core/setup/setup-plan.ts';
import { givenUpText } from '../../core/setup/unfinished.ts';
import { openWork } from './open-work.ts';
import { configChanges } from './setup-config.ts';
import type { SetupParts } from './setup-ports.ts';
import { forgetSetup, readRecord, type SetupRecord } from './setup-record.ts';
import { asideName, type SetupOptions, type Work } from './setup-work.ts';

/** What is there, what an earlier run has begun, and what there is to do. SyncError('usage' or 'config') when that cannot be done. */
export async function beginSetup(
  parts: SetupParts,
  options: SetupOptions,
  tell: Work['tell'],
): Promise<{ readonly work: Work; readonly steps: readonly SetupStep[] }> {
  const course = await courseOf(parts, options);
  const { goesOn, isConfigured, from } = course;
  const notes = options.dryRun || course.earlier === null ? [] : await settleDrop(parts, course.earlier.from, tell);
  if (isConfigured && !goesOn) notes.push('This is what is set up here already: there is nothing to move.');
  const lie = await lieOf(parts, course, options);
  const steps = await stepsOf(parts, course, lie, options);
  await parts.files.tryConfig(await configChanges(parts));
  if (!goesOn && course.earlier !== null) notes.push(givenUpText(course.earlier, course.earlier.brought.size));
  if (!goesOn && !options.dryRun) await forgetSetup(parts.state);
  if (course.goesOn) tell(`going on with the set-up that was begun at ${course.earlier.startedAt}`);
  const isGoingOn = isConfigured && goesOn;
  if (isGoingOn && lie.source !== null) await requireTarget(parts, lie.target.folder);
  const startedAt = new Date(parts.clock.now()).toISOString();
  const begun = course.goesOn
    ? course.earlier
    : { format: 1 as const, from, to: parts.to, startedAt, brought: new Map() };
  const run = { begun, isResumed: goesOn, isConfigured: isGoingOn, notes, tell };
  const work = await openWork(parts, options, { ...lie, ...run });
  notes.push(...(await keptNotes(work)));
  return { work, steps };
}

/** What syncs keep in a root that is to be used in place: nobody looks after it then. */
async function keptNotes({ parts, source, target }: Work): Promise<readonly string[]> {
  if (target.kind !== 'folder' || source?.config.backend.type !== 's3' || source.folder !== target.folder) return [];
  const files = parts.folders.open(target.folder);
  if ((await files.state()).kind !== 'folder') return [];
  const kept = (await files.staging()).reduce((sum, { asides }) => sum + asides.length, 0);
  return kept === 0 ? [] : [keptNote(kept, target.folder)];
}

/** Whether an earlier run is gone on with, and how far that came. */
type Course = {
  /** The configuration names the new place, by our own hand. */
  readonly isConfigured: boolean;
  /** Where the files come from; null: from nowhere. */
  readonly from: Config | null;
  readonly skipMigration: boolean;
} & (
  | { readonly goesOn: true; readonly earlier: SetupRecord }
  | { readonly goesOn: false; readonly earlier: SetupRecord | null }
);

async function courseOf({ state, from, to }: SetupParts, { skipMigration }: SetupOptions): Promise<Course> {
  const earlier = await readRecord(state);
  const isNamed = isSameRoot(from, to);
  if (earlier !== null && isSameRoot(earlier.to, to) && (isNamed || isSameRoot(earlier.from, from))) {
    // What the file says by another's hand is no sign that anything was brought there.
    const isConfigured = isNamed && earlier.isSwitching === true;
    // Once the file says the new place, only the record of the run that wrote it knows the old one.
    return { goesOn: true, earlier, isConfigured, from: earlier.from, skipMigration };
  }
  return {
    goesOn: false,
    earlier,
    isConfigured: isNamed,
    from: isNamed ? null : from,
    skipMigration: skipMigration || isNamed,
  };
}

/** The folders, and how they lie to each other. */
type Lie = Awaited<ReturnType<typeof locate>> & { readonly target: SetupTarget };

async function lieOf(parts: SetupParts, course: Course, { dryRun }: SetupOptions): Promise<Lie> {
  const { to } = parts;
  const folder = parts.folderOf(to);
  const found = course.skipMigration ? null : await sourceOf(parts, course.from, course.isConfigured);
  const target: SetupTarget =
    to.backend.type === 's3' ? { kind: 's3', name: placeText(to), folder } : { kind: 'folder', folder };
  return { ...(await locate(parts, found, folder, !dryRun)), target };
}

async function stepsOf(
  { files, clock }: SetupParts,
  { goesOn, isConfigured, from, skipMigration }: Course,
  { source, target, ...lies }: Lie,
  { deleteSource }: SetupOptions,
): Promise<readonly SetupStep[]> {
  const lineFor = async (folder: string, rule: (folder: string) => string): Promise<string | null> => {
    const found = await files.ignorable(folder);
    return found === null ? null : rule(found);
  };
  const steps = planSetup({
    source: factsOf(source, skipMigration ? null : from, isConfigured),
    target,
    ...lies,
    skipMigration,
    isShared: isConfigured && goesOn,
    deleteSource,
    hasFile: await files.hasConfig(),
    ignored: {
      target: await lineFor(target.folder, ignoreRule),
      aside: source === null ? null : await lineFor(source.folder, asideRule),
    },
    aside: asideName(source?.folder ?? '', clock.now()),
  });
  if (steps.ok) return steps.value;
  throw new SyncError('usage', steps.problem.message, steps.problem.remedy);
}

async function requireTarget({ folders }: SetupParts, folder: string): Promise<void> {
  if ((await folders.open(folder).state()).kind === 'folder') return;
  throw new SyncError(
    'config',
    `the folder ${folder} is not there`,
    'Mount it or bring it back, or make it if it never was there; then run this again.',
  );
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
