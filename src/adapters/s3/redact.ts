const SECRETS: readonly RegExp[] = [
  // Presigned queries, and headers as canonical requests quote them.
  /(x-amz-(?:signature|credential|security-token)\s*[=:]\s*)[^\s&,"]+/gi,
  /(authorization\s*[=:]\s*).*/gi,
  // By name, in JSON (also JSON in JSON), XML, queries and files of settings.
  /((?:secret|session|access)[\w-]*(?:key|token)(?:\\?["'])?\s*[=:>]\s*(?:\\?["'])?)[^\s&,"<]+/gi,
  /(token(?:\\?["']\s*[=:]|\s*[=>])\s*(?:\\?["'])?)[^\s&,"<]+/gi,
  // In a sentence a colon follows a token, too: what is long and no word.
  /(token\s*:\s*)(?=[^\s&,"<]*[\d/+=])[^\s&,"<]{16,}/gi,
  // URLs with a user, whose password may hold anything.
  /(\/\/)[^\s/@:"<]*:[^\s"<]*@/g,
  /(\/\/)[^\s/@]+@/g,
  // Access key ids.
  /()\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g,
];

/** Keys this process has signed with, of whatever shape: some stores repeat them in words of their own. Later ones push out the oldest. */
const known = new Set<string>();
const KEPT = 64;
/** Shorter ones are words of a message as well. */
const SHORTEST = 8;

/** From now on these never appear in what `redacted` gives. */
export function keepSecret(...secrets: readonly (string | undefined)[]): void {
  for (const secret of secrets) if (secret !== undefined && secret.length >= SHORTEST) known.add(secret);
  for (const oldest of known) {
    if (known.size <= KEPT) return;
    known.delete(oldest);
  }
}

/** The text without anything that signs or identifies. */
export function redacted(text: string): string {
  const longestFirst = [...known].toSorted((a, b) => b.length - a.length);
  const bare = longestFirst.reduce((out, secret) => out.replaceAll(secret, '***'), text);
  return SECRETS.reduce((out, secret) => out.replace(secret, '$1***'), bare);
}

/** A cause to keep: the SDK's own errors carry the request with its headers, and canonical requests with tokens. */
export function plainCause({
  name,
  message,
  code,
  status,
}: {
  name: string;
  message: string;
  code: string | undefined;
  status: number | undefined;
}): Error {
  const words = [code, status, message].filter((word) => word !== undefined && word !== '').join(' ');
  return Object.assign(new Error(redacted(words)), { name });
}
