import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './s3-error.ts';
import { queryValue, type Target } from './target.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A verified signature: what the chunks of a signed aws-chunked body continue from. */
export interface Signer {
  readonly signingKey: Buffer;
  readonly scope: string;
  readonly date: string;
  readonly signature: string;
}

const algorithm = 'AWS4-HMAC-SHA256';
const maximumSkewMs = 15 * 60_000;

/** Checks header authentication (AWS Signature Version 4). Undefined when the request carries none.
 *  Throws SignatureDoesNotMatch, InvalidAccessKeyId, RequestTimeTooSkewed, AuthorizationHeaderMalformed. */
export function verifySignature(
  method: string,
  target: Target,
  headers: IncomingHttpHeaders,
  credentials: Credentials,
  now: number,
): Signer | undefined {
  if (queryValue(target, 'X-Amz-Signature') !== undefined) {
    throw new S3Error('NotImplemented', 'This server does not implement presigned requests');
  }
  const header = headers.authorization;
  if (header === undefined) return undefined;
  const claim = parseAuthorization(header);
  if (claim.accessKeyId !== credentials.accessKeyId) {
    throw new S3Error('InvalidAccessKeyId', 'The AWS Access Key Id you provided does not exist in our records.');
  }
  const date = single(headers['x-amz-date']);
  const sent = parseDate(date);
  if (Number.isNaN(sent) || !date.startsWith(claim.day)) throw malformed('x-amz-date does not fit the scope');
  if (Math.abs(sent - now) > maximumSkewMs) {
    throw new S3Error(
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
    );
  }
  const scope = `${claim.day}/${claim.region}/${claim.service}/aws4_request`;
  const signingKey = deriveKey(credentials.secretAccessKey, claim.day, claim.region, claim.service);
  const request = canonicalRequest(method, target, headers, claim.signedHeaders);
  const signature = sign(signingKey, [algorithm, date, scope, sha256(request)]);
  if (!sameText(signature, claim.signature)) {
    throw new S3Error(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
    );
  }
  return { signingKey, scope, date, signature };
}

/** Whoever signs for another region is told the right one. */
export function requireRegion({ scope }: Signer, region: string): void {
  const [, signed = ''] = scope.split('/');
  if (signed === region) return;
  throw new S3Error(
    'AuthorizationHeaderMalformed',
    `The authorization header is malformed; the region '${signed}' is wrong; expecting '${region}'`,
    { 'x-amz-bucket-region': region },
  );
}

/** The signature of one chunk of a signed aws-chunked body, from the one before it and the hash of its bytes. */
export function chunkSignature(signer: Signer, previous: string, contentSha256: string): string {
  const { signingKey, date, scope } = signer;
  return sign(signingKey, [`${algorithm}-PAYLOAD`, date, scope, previous, sha256(''), contentSha256]);
}

/** The signature of the trailing headers, each `name:value\n`. */
export function trailerSignature(signer: Signer, previous: string, trailers: string): string {
  const { signingKey, date, scope } = signer;
  return sign(signingKey, [`${algorithm}-TRAILER`, date, scope, previous, sha256(trailers)]);
}

export function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));
}

const keys = new Map<string, Buffer>();

/** The day's key; four HMACs, so kept. */
export function deriveKey(secret: string, day: string, region: string, service: string): Buffer {
  const name = `${secret}\n${day}\n${region}\n${service}`;
  let key = keys.get(name);
  if (key === undefined) {
    key = [day, region, service, 'aws4_request'].reduce(hmac, Buffer.from(`AWS4${secret}`));
    if (keys.size > 1000) keys.clear();
    keys.set(name, key);
  }
  return key;
}

function parseAuthorization(header: string) {
  const fields = new Map<string, string>();
  if (!header.startsWith(`${algorithm} `)) throw malformed('Only AWS4-HMAC-SHA256 is supported');
  for (const field of header.slice(algorithm.length).split(',')) {
    const equals = field.indexOf('=');
    fields.set(field.slice(0, equals).trim(), field.slice(equals + 1).trim());
  }
  const scope = (fields.get('Credential') ?? '').split('/');
  const [day, region, service, terminator] = scope.slice(-4);
  const signedHeaders = fields.get('SignedHeaders')?.split(';') ?? [];
  const signature = fields.get('Signature') ?? '';
  if (day === undefined || region === undefined || service === undefined || terminator !== 'aws4_request') {
    throw malformed('The credential scope is incomplete');
  }
  if (!signedHeaders.includes('host')) throw malformed('The host header must be signed');
  return { accessKeyId: scope.slice(0, -4).join('/'), day, region, service, signedHeaders, signature };
}

function canonicalRequest(method: string, target: Target, headers: IncomingHttpHeaders, signed: string[]): string {
  const query = target.query
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .toSorted(([a, x], [b, y]) => order(a, b) || order(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const lines = signed.map((name) => `${name}:${single(headers[name]).trim().replaceAll(/ +/g, ' ')}\n`).join('');
  const payload = single(headers['x-amz-content-sha256']);
  const path = target.path.split('/').map(encode).join('/');
  return [method, path, query, lines, signed.join(';'), payload].join('\n');
}

/** Percent-encodes all but the unreserved characters, as the signature's definition asks. */
export function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function sign(key: Buffer, lines: readonly string[]): string {
  return hmac(key, lines.join('\n')).toString('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

// Header values arrive as latin1 text, one character a byte; hashing them so restores the bytes that were signed.
function sha256(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex');
}

function single(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join(',') : (value ?? '');
}

function parseDate(date: string): number {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (parts === null) return Number.NaN;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function malformed(message: string): S3Error {
  return new S3Error('AuthorizationHeaderMalformed', message);
}
