import { configProblemText } from '../config/config-problem.ts';
import type { Result } from '../errors.ts';
import { countText, durationText } from '../quantities.ts';
import { type UnfinishedSetup, unfinishedRemedy, unfinishedText } from '../setup/unfinished.ts';
import type { ConfigFacts, CredentialFacts, ProxyFacts, RootFacts, Trouble } from './doctor-facts.ts';
import { type DoctorLine, fine, note, problem, warning } from './doctor-line.ts';

/** Which configuration counts, and which layer set it. `place` names the backend for people. */
export function judgeConfig(config: ConfigFacts, place: string): readonly DoctorLine[] {
  if (config.ok) {
    const { source, backend } = config.value;
    const by = source === 'default' ? 'by default, for the folder .swamp exists' : `set by ${source}`;
    if (backend.type === 'unsupported')
      return [
        warning(
          'configuration',
          `${backend.found} (${by}) is another tool's format: it is shown, never read or written`,
          'Set up one of our own in .datastore.yaml, under another prefix.',
        ),
      ];
    return [fine('configuration', `${place}, ${by}`)];
  }
  return config.problem.map((one) =>
    one.kind === 'not-set-up'
      ? problem(
          'configuration',
          'not-set-up',
          one.message,
          'Set one up: datastore setup s3 --bucket BUCKET --root FOLDER (it writes .datastore.yaml), or set DATASTORE_URL.',
        )
      : problem('configuration', 'config', configProblemText(one), 'Correct that.'),
  );
}

/** A set-up that was cut off, or is at work. */
export const judgeUnfinished = (found: UnfinishedSetup | null): readonly DoctorLine[] =>
  found === null ? [] : [warning('set-up', unfinishedText(found), unfinishedRemedy(found))];

export function judgeRoot(root: RootFacts): readonly DoctorLine[] {
  const busy = root.busy === null ? [] : [note('in use', `another process works on this folder: ${root.busy}`)];
  return [rootLine(root), ...busy];
}

function rootLine({ path, state, writable, tree }: RootFacts): DoctorLine {
  switch (state.kind) {
    case 'unusable':
      return problem('shared folder', 'config', `${path} cannot be used: ${state.reason}`, 'Correct `root`.');
    case 'missing':
      return warning(
        'shared folder',
        `${path} does not exist`,
        'The first sync makes it if the remote has files; else make it, or correct `root`.',
      );
    case 'folder':
      break;
  }
  if (tree !== null && !tree.ok)
    return problem('shared folder', tree.problem.kind, tree.problem.message, tree.problem.remedy);
  if (!writable) return problem('shared folder', 'local', `${path} may not be written`, 'Check its owner and mode.');
  if (tree === null) return fine('shared folder', path);
  const { files, folders } = tree.value;
  return fine('shared folder', `${path}: ${countText(files, 'file')} in ${countText(folders, 'folder')}`);
}

const SOON_MS = 15 * 60_000;

/** `profile` is the configured one. `now` in milliseconds since 1970. */
export function judgeCredentials(
  found: Result<CredentialFacts, Trouble>,
  profile: string | null,
  now: number,
): DoctorLine {
  const signIn = `aws sso login${profile === null ? '' : ` --profile ${profile}`}`;
  if (!found.ok) {
    // The advice in it comes as the remedy.
    const message = found.problem.message.replace(/^search for credentials: /, '').replace(/ \(sign in[^)]*\)/, '');
    const remedy = /\bsso\b/i.test(message)
      ? `Sign in: ${signIn}`
      : profile === null
        ? 'Set AWS_PROFILE, or the AWS_ variables, or `profile` in the configuration; with SSO: aws sso login.'
        : `See that ~/.aws has the profile "${profile}"; with SSO: ${signIn}`;
    return problem('credentials', 'credentials', message, remedy);
  }
  const { from, accessKeyId, expiresAt } = found.value;
  const who = `from ${from}, ${masked(accessKeyId)}`;
  if (expiresAt === null) return fine('credentials', who);
  const left = expiresAt - now;
  if (left <= 0) return problem('credentials', 'credentials', `${who}: expired`, `Sign in again, with SSO: ${signIn}`);
  const text = `${who}, for another ${durationText(left)}`;
  return left > SOON_MS ? fine('credentials', text) : warning('credentials', text, `Renew them, with SSO: ${signIn}`);
}

/** The kind of key and its end: enough to tell one's own keys apart, and no more. */
export const masked = (accessKeyId: string): string =>
  accessKeyId.length < 12 ? 'key ****' : `key ${accessKeyId.slice(0, 4)}…${accessKeyId.slice(-4)}`;

export function judgeProxy({ variables, host }: ProxyFacts): DoctorLine {
  if (variables.length === 0) return fine('proxy', `none is set for ${host}`);
  return warning(
    'proxy',
    `${variables.join(', ')} is set, and requests to ${host} go straight, not through it`,
    `If ${host} can only be reached through the proxy, open a direct way; else add it to NO_PROXY.`,
  );
}
