import { createHmac, hash } from 'node:crypto';

/** As the AWS SDK names them. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface Unsigned {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  /** With the port, where the address names one. */
  readonly host: string;
  /** Percent-encoded by `encodedPath`, from `/` on; no query. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  /** Of the body, hex; computed where it is not known. The store checks it. */
  readonly sha256?: string | undefined;
}

const EMPTY = hash('sha256', '');

/** All headers of a request, AWS Signature Version 4 in them. `now`: milliseconds since 1970. */
export function signed(request: Unsigned, keys: Keys, region: string, now: number): Record<string, string> {
  const date = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  const payload = request.sha256 ?? (request.body === undefined ? EMPTY : hash('sha256', request.body));
  const scope = `${date.slice(0, 8)}/${region}/s3/aws4_request`;
  const headers: Record<string, string> = {
    ...request.headers,
    host: request.host,
    'x-amz-content-sha256': payload,
    'x-amz-date': date,
    ...(keys.sessionToken === undefined ? {} : { 'x-amz-security-token': keys.sessionToken }),
  };
  const names = Object.keys(headers).toSorted();
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const canonical = [request.method, request.path, '', lines, names.join(';'), payload].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, scope, hash('sha256', canonical)].join('\n');
  const signature = hmac(keyOf(keys.secretAccessKey, scope), text).toString('hex');
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

/** Each segment with all but the unreserved characters encoded, as the signature's definition asks. */
export const encodedPath = (path: string): string =>
  path
    .split('/')
    .map((segment) => encodeURIComponent(segment).replaceAll(/[!'()*]/g, hexOf))
    .join('/');

const hexOf = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;

let kept: { readonly secret: string; readonly scope: string; readonly key: Buffer } | null = null;

/** The key of a day; four HMACs, so the last one is kept. */
function keyOf(secret: string, scope: string): Buffer {
  if (kept?.secret !== secret || kept.scope !== scope) {
    kept = { secret, scope, key: scope.split('/').reduce(hmac, Buffer.from(`AWS4${secret}`)) };
  }
  return kept.key;
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
