import { bad, ok, type Result } from '../errors.ts';

/** Where the files are now. Folders are absolute. */
export type SetupSource =
  | { readonly kind: 'none' }
  /** Used in place. */
  | { readonly kind: 'folder'; readonly folder: string }
  /** `name` for people; `folder` is its root. */
  | { readonly kind: 's3'; readonly name: string; readonly folder: string }
  /** Another tool's format. */
  | { readonly kind: 'unsupported'; readonly found: string };

/** Where they shall be. `folder` is the root, or the folder used in place. */
export type SetupTarget =
  | { readonly kind: 's3'; readonly name: string; readonly folder: string }
  | { readonly kind: 'folder'; readonly folder: string };

/** How one folder lies to another, however they are reached: `within` it, `around` it. */
export type FolderRelation = 'same' | 'within' | 'around' | 'apart';

export interface SetupFacts {
  readonly source: SetupSource;
  readonly target: SetupTarget;
  /** Of the source's folder to the target's; `apart` without a source. */
  readonly relation: FolderRelation;
  /** The source's folder is the workspace, or holds it. */
  readonly isAround: boolean;
  /** Where a link leads to, when the source's folder is named in the workspace and lies outside; else null. */
  readonly leadsTo: string | null;
  readonly skipMigration: boolean;
  /** Whether an earlier run came as far as the configuration: what is shared then goes its own way. */
  readonly isShared: boolean;
  readonly deleteSource: boolean;
  /** Whether `.datastore.yaml` is there. */
  readonly hasFile: boolean;
  /**
   * Lines for `.gitignore`: of the target's folder, and of the source's once it is moved aside, as one to be deleted may be, too. Null
   * where git would not see it.
   */
  readonly ignored: { readonly target: string | null; readonly aside: string | null };
  /** The name of a source folder after it was moved aside. */
  readonly aside: string;
}

/** In the order in which they are done. */
export type SetupStep =
  | { readonly kind: 'reach'; readonly target: SetupTarget }
  | { readonly kind: 'probe'; readonly name: string }
  /** Bring the root in step with the old remote. */
  | { readonly kind: 'pull'; readonly name: string; readonly folder: string }
  | { readonly kind: 'copy'; readonly from: string; readonly to: string }
  /** Bring the root in step with the new remote. */
  | { readonly kind: 'share'; readonly name: string; readonly folder: string }
  | { readonly kind: 'verify'; readonly target: SetupTarget; readonly from: string | null }
  | { readonly kind: 'configure'; readonly isNew: boolean }
  | { readonly kind: 'ignore'; readonly lines: readonly string[] }
  | { readonly kind: 'clean-up'; readonly folder: string; readonly aside: string | null };

export type SetupStepKind = SetupStep['kind'];

export interface SetupRefusal {
  readonly message: string;
  readonly remedy: string;
}

/**
 * Reach, probe, migrate, verify, configure, clean up: what of it there is to do. Whatever the pair, a migration is: bring the source's
 * folder in step (S3 only), copy it where the target's folder is another, bring that in step with the target (S3 only).
 */
export function planSetup(facts: SetupFacts): Result<readonly SetupStep[], SetupRefusal> {
  const { source, target, skipMigration } = facts;
  const from = source.kind === 'folder' || source.kind === 's3' ? source.folder : null;
  const moves = !skipMigration && from !== null && facts.relation !== 'same';
  const refusal = refusalOf(facts, moves ? from : null);
  if (refusal !== null) return bad(refusal);
  const steps: SetupStep[] = [{ kind: 'reach', target }];
  if (target.kind === 's3' && !facts.isShared) steps.push({ kind: 'probe', name: target.name });
  if (!skipMigration) {
    if (source.kind === 's3') steps.push({ kind: 'pull', name: source.name, folder: source.folder });
    if (moves) steps.push({ kind: 'copy', from, to: target.folder });
    if (target.kind === 's3' && !facts.isShared)
      steps.push({ kind: 'share', name: target.name, folder: target.folder });
    if (target.kind === 's3' || from !== null) steps.push({ kind: 'verify', target, from });
  }
  steps.push({ kind: 'configure', isNew: !facts.hasFile });
  const { ignored, deleteSource } = facts;
  const lines = [ignored.target, moves ? ignored.aside : null].filter((line) => line !== null);
  if (lines.length > 0) steps.push({ kind: 'ignore', lines });
  if (moves) steps.push({ kind: 'clean-up', folder: from, aside: deleteSource ? null : facts.aside });
  return ok(steps);
}

function refusalOf(facts: SetupFacts, from: string | null): SetupRefusal | null {
  const { source, target, skipMigration } = facts;
  if (source.kind === 'unsupported' && !skipMigration) {
    return {
      message: `what is set up here is of the type ${source.found}, another tool's format: its files cannot be moved`,
      remedy: 'Bring them into a folder with that tool, or leave them there with --skip-migration.',
    };
  }
  if (from === null) return null;
  if (facts.isAround) {
    return {
      message: `the files are in ${from}, which is this workspace or holds it: it cannot be moved out of the way`,
      remedy: 'Bring them into a folder of their own, or leave them there with --skip-migration.',
    };
  }
  if (facts.leadsTo !== null) {
    return {
      message: `a link in this workspace leads to ${facts.leadsTo}, outside of it: that folder is not moved`,
      remedy: 'Name it as `path` in .datastore.yaml, or leave its files there with --skip-migration.',
    };
  }
  if (facts.relation !== 'apart') {
    return {
      message: `one of the folders ${from} and ${target.folder} lies in the other`,
      remedy: 'Name a folder beside it.',
    };
  }
  return null;
}

/** What a step will do, for people. */
export function stepText(step: SetupStep): string {
  switch (step.kind) {
    case 'reach':
      return step.target.kind === 's3'
        ? `reach ${step.target.name}: credentials, bucket, and permission to put, get, list and delete`
        : `reach ${step.target.folder}: a folder that can be written`;
    case 'probe':
      return 'try the conditional writes that a shared copy rests on';
    case 'pull':
      return `bring ${step.folder} in step with ${step.name}`;
    case 'copy':
      return `copy ${step.from} to ${step.to}`;
    case 'share':
      return `bring ${step.folder} in step with ${step.name}`;
    case 'verify':
      return step.target.kind === 's3'
        ? `read every byte of ${step.target.name} again and compare`
        : `read every byte of ${step.target.folder} again and compare`;
    case 'configure':
      return step.isNew ? 'write .datastore.yaml' : 'change .datastore.yaml';
    case 'ignore':
      return `keep ${step.lines.join(' and ')} out of git (.gitignore)`;
    case 'clean-up':
      return step.aside === null ? `delete ${step.folder}` : `move ${step.folder} to ${step.aside}`;
  }
}
