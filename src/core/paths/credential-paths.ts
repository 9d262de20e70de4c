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

function isCredentialPath(path: string): boolean {
  // A conflict copy is as secret as the file it was made of.
  const plain = withoutConflicts(path.toLowerCase());
  const name = plain.slice(plain.lastIndexOf('/') + 1);
  return CREDENTIAL.test(name) || CREDENTIAL.test(plain);
}

/** A copy of a copy bears more than one suffix. */
function withoutConflicts(path: string): string {
  if (!path.includes('.conflict-')) return path;
  const shorter = path.replace(/\.conflict-[^/.]*(?=\.[^/.]*$|$)/, '');
  return shorter === path ? path : withoutConflicts(shorter);
}
