import type { IncomingHttpHeaders } from 'node:http';
import type { Blob, BlobSink } from './blob.ts';
import type { Access, Lies } from './faults.ts';
import type { Received } from './receive.ts';
import { S3Error } from './s3-error.ts';
import type { Store } from './store.ts';
import type { Target } from './target.ts';
import type { Uploads } from './uploads.ts';

/** One request as the operations see it: checked, routed, its body not yet read. */
export interface Exchange {
  readonly target: Target;
  readonly headers: IncomingHttpHeaders;
  readonly store: Store;
  readonly uploads: Uploads;
  readonly lies: Lies;
  readonly access: Access;
  readonly accessTo: (bucket: string) => Access;
  readonly region: string;
  /** The server's clock in ms. */
  readonly now: () => number;
  /** Whether the write's condition held when the request arrived: who then fails lost a race. */
  readonly heldAtArrival: boolean;
  /** Reads the body, at most `limit` bytes, into the store's room unless another sink is given. */
  readonly receive: (sink?: BlobSink, limit?: number) => Promise<Received>;
  /** Waits as long as the faults ask before an effect. */
  readonly beforeEffect: () => Promise<void>;
  readonly pause: (ms: number) => Promise<void>;
}

/** An answer. `close` runs when the answer was sent or dropped. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | { readonly blob: Blob; readonly offset: number; readonly length: number };
  readonly close?: () => void;
}

export type Handler = (exchange: Exchange) => Reply | Promise<Reply>;

export function xmlReply(body: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body };
}

/** A request header as one string; empty when absent. */
export function header(exchange: Exchange, name: string): string {
  const value = exchange.headers[name];
  return typeof value === 'string' ? value : '';
}

export function noSuchKey(access: Access): S3Error {
  return access === 'no-list'
    ? new S3Error('AccessDenied', 'Access Denied')
    : new S3Error('NoSuchKey', 'The specified key does not exist.');
}
