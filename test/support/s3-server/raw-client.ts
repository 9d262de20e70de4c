import { childText, parseXml } from './xml.ts';

export interface RawAnswer {
  readonly status: number;
  /** S3's error code; empty when the answer is none, or has no body. */
  readonly code: string;
  readonly etag: string;
  readonly headers: Headers;
  readonly text: string;
}

/** Requests to one bucket exactly as written: no signature, no retry, no SDK in between. */
export interface RawClient {
  send(method: string, path: string, headers?: Record<string, string>, body?: string | Buffer): Promise<RawAnswer>;
  put(key: string, body: string | Buffer, headers?: Record<string, string>): Promise<RawAnswer>;
  get(key: string, headers?: Record<string, string>): Promise<RawAnswer>;
  remove(key: string, headers?: Record<string, string>): Promise<RawAnswer>;
}

export function rawClient(endpoint: string, bucket: string): RawClient {
  async function send(method: string, path: string, headers = {}, body?: string | Buffer): Promise<RawAnswer> {
    const content = typeof body === 'string' ? body : body && new Uint8Array(body);
    const response = await fetch(`${endpoint}/${bucket}${path}`, {
      method,
      headers,
      ...(content === undefined ? {} : { body: content }),
    });
    const text = await response.text();
    const etag = response.headers.get('etag') ?? '';
    const code = response.status >= 400 && text !== '' ? (childText(parseXml(text), 'Code') ?? '') : '';
    return { status: response.status, code, etag, headers: response.headers, text };
  }
  return {
    send,
    put: (key, body, headers) => send('PUT', `/${key}`, headers, body),
    get: (key, headers) => send('GET', `/${key}`, headers),
    remove: (key, headers) => send('DELETE', `/${key}`, headers),
  };
}
