import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFaults, type Faults } from './faults.ts';
import { createRequests, type Requests } from './requests.ts';
import { createResponder } from './responder.ts';
import type { Credentials } from './sigv4.ts';
import { openStore } from './store.ts';
import { createUploads } from './uploads.ts';

export type { Access, Fault, FaultRule, Faults, Lies } from './faults.ts';
export type { Requests } from './requests.ts';

export interface S3ServerOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** A loopback address; anything else is refused. Default 127.0.0.1. */
  readonly host?: string;
  /** Keeps contents on disk, in this folder of its own; the default keeps them in memory. */
  readonly folder?: string;
  readonly buckets?: readonly string[];
  /** Default: new random keys. Signed requests are always verified. */
  readonly credentials?: Credentials;
  /** Accept requests that carry no signature at all. Default false: 403. */
  readonly anonymous?: boolean;
  readonly region?: string;
  /** Serve `/_control`, through which other processes set faults and read counters. Default false. */
  readonly control?: boolean;
  /** The server's clock, ms. Shows in Date and Last-Modified. */
  readonly now?: () => number;
}

export interface S3Server {
  /** `http://127.0.0.1:<port>`, path style. */
  readonly endpoint: string;
  readonly credentials: Credentials;
  readonly region: string;
  readonly faults: Faults;
  readonly requests: Requests;
  /** Closes every connection; with a folder, the contents stay there. */
  stop(): Promise<void>;
}

/** Starts an S3 server on loopback that keeps S3's promises exactly, until `faults` says otherwise.
 *  Throws when the host is not loopback or the port is taken. */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const host = options.host ?? '127.0.0.1';
  if (!isLoopback(host)) throw new Error(`refusing to listen on ${host}: this server is for loopback only`);
  const now = options.now ?? Date.now;
  const region = options.region ?? 'us-east-1';
  const credentials = options.credentials ?? {
    accessKeyId: `DEV${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(20).toString('hex'),
  };
  const store = openStore(options.folder);
  for (const name of options.buckets ?? []) store.create(name, now());
  const faults = createFaults();
  const requests = createRequests();
  const stopping = new AbortController();
  const responder = createResponder({
    store,
    uploads: createUploads(store.room),
    faults,
    requests,
    credentials,
    anonymous: options.anonymous ?? false,
    control: options.control ?? false,
    region,
    now,
    pause: (ms) => (ms > 0 ? sleep(ms, undefined, { signal: stopping.signal }) : Promise.resolve()),
    stopping: stopping.signal,
  });
  // Clients keep idle connections and must not meet one that closes under their next request.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, noDelay: true }, responder);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  return {
    endpoint: endpointOf(server.address()),
    credentials,
    region,
    faults,
    requests,
    async stop() {
      stopping.abort();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function endpointOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
}
