const SECRETS: readonly RegExp[] = [
  // Presigned queries, and headers as canonical requests quote them.
  /(x-amz-(?:signature|credential|security-token)\s*[=:]\s*)[^\s&,"]+/gi,
  /(authorization\s*[=:]\s*).*/gi,
  /((?:secret|session|access)[\w-]*(?:key|token)\s*[=:]\s*"?)[^\s&,"]+/gi,
  // URLs with a user.
  /(\/\/)[^\s/@]+@/g,
  // Access key ids.
  /()\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g,
];

/** The text without anything that signs or identifies. */
export const redacted = (text: string): string => SECRETS.reduce((out, secret) => out.replace(secret, '$1***'), text);

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
