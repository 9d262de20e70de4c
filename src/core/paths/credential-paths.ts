/**
 * Why a path is held back: its name is one under which programs keep keys and passwords, and nobody allowed it by name. Null for
 * all others. Only names are judged, never contents; case does not count.
 */
export function withholder(allow: readonly string[]): (path: string) => string | null {
  const allowed = new Set(allow);
  return (path) => (allowed.has(path) || !isCredentialPath(path) ? null : reasonFor(path));
}

const reasonFor = (path: string): string =>
  `files of this name often hold passwords or keys; to share it, add ${JSON.stringify(path)} to "allow" in .datastore.yaml; to leave it out for good, to "exclude"`;

/** A name at any depth, or a name below the folder that its program looks in. */
const PATTERNS: readonly RegExp[] = [
  // Settings of programs, but not the samples that are meant to be shared.
  /^\.envrc$/,
  /^\.env(?:\.(?!example$|sample$|template$|dist$).*)?$/,
  // Private keys.
  /^id_(?:rsa|dsa|ecdsa|ed25519)(?:[_-][^.]*)?$/,
  /\.(?:pem|p8|p12|pfx|ppk|jks|kdbx)$/,
  // Other files of this ending are slides and the like.
  /^(?:server|client|tls|ssl|ca|privkey|private)(?:[_-]?key)?\.key$/,
  // But not what names hosts, options and public keys.
  /(?:^|\/)\.ssh\/(?!(?:config|known_hosts|authorized_keys|[^/]*\.pub)$)[^/]+$/,
  // Logins of tools.
  /^\.(?:npmrc|pypirc|netrc|git-credentials|pgpass|my\.cnf|htpasswd|s3cfg|boto|vault-token)$/,
  /^_netrc$/,
  /^application_default_credentials\.json$/,
  /^credentials\.tfrc\.json$/,
  /(?:^|\/)\.aws\/credentials$/,
  /(?:^|\/)\.aws\/(?:sso|cli)\/cache\/[^/]+\.json$/,
  /(?:^|\/)\.docker\/config\.json$/,
  /(?:^|\/)\.kube\/config$/,
];

// One expression: every file of every scan is asked.
const CREDENTIAL = new RegExp(PATTERNS.map(({ source }) => source).join('|'));

/** What each of them needs somewhere in a path, also one that still bears its suffixes: nearly all paths have none of it. */
const HINT =
  /\.env|id_|\.(?:pem|p8|p12|pfx|ppk|jks|kdbx|key)|\.(?:ssh|aws|docker|kube)\/|\.(?:npm|pypi)rc|netrc|credentials|\.(?:pgpass|cnf|htpasswd|s3cfg|boto|vault-token)/;

function isCredentialPath(path: string): boolean {
  const plain = path.toLowerCase();
  if (!HINT.test(plain)) return false;
  const original = originalOf(plain);
  if (isCredential(original)) return true;
  return original !== plain && SWAP.test(nameOf(plain)) && isCredential(nameOf(original).slice(1));
}

/** Of vim: `.x.swp` of `x`, and of `.x`. */
const SWAP = /^\..+\.sw[a-p]$/;

const isCredential = (path: string): boolean => CREDENTIAL.test(nameOf(path)) || CREDENTIAL.test(path);

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** What a copy was made of is as secret as the copy, and a copy of a copy bears more than one suffix. */
function originalOf(path: string): string {
  const shorter = withoutBackup(withoutConflict(path));
  return shorter === path ? path : originalOf(shorter);
}

const withoutConflict = (path: string): string =>
  path.includes('.conflict-') ? path.replace(/\.conflict-[^/.]*(?=\.[^/.]*$|$)/, '') : path;

/** Of editors (`x~`, `#x#`, `.x.swp`) and of people. */
function withoutBackup(path: string): string {
  if (path.endsWith('~')) return path.replace(/([^/])~$/, '$1');
  if (path.endsWith('#')) return path.replace(/(^|\/)#([^/]+)#$/, '$1$2');
  const dot = path.lastIndexOf('.');
  const isKept = dot > path.lastIndexOf('/') + 1 && KEPT.has(path.slice(dot + 1));
  return isKept || SWAP.test(nameOf(path)) ? path.slice(0, dot) : path;
}

const KEPT: ReadonlySet<string> = new Set(['bak', 'backup', 'old', 'orig', 'save']);
