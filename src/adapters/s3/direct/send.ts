import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { DEFAULT_TIMING } from '../../../core/config/timing.ts';
import type { Pace } from '../../../engine/ports.ts';
import { systemClock } from '../../system.ts';
import type { Traffic } from '../client.ts';
import type { KeySource } from '../keys.ts';
import type { S3StoreOptions } from '../s3-store.ts';
import type { DirectPlace } from './place.ts';
import { signed } from './sigv4.ts';
import { writeBody } from './write-body.ts';

export interface Plain {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  readonly key: string;
  /** Lower-case names; those that every request has are added. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Of the body, hex; computed where it is not known. */
  readonly sha256?: string | undefined;
  readonly pace?: Pace | undefined;
}

/** Signed requests over connections that are kept, each sent once. */
export interface Sender {
  /** The answer, its body unread. Rejects when none comes in time, or nothing moves for too long. */
  send(request: Plain, signal: AbortSignal): Promise<IncomingMessage>;
  close(): void;
}

// On first use: an `import` would also touch every export, and with it load a second HTTP client and WebSockets: 60 ms.
const http = () => process.getBuiltinModule('node:http');
const https = () => process.getBuiltinModule('node:https');

/** Above `concurrency`, as the SDK's client has it. */
const SPARE_SOCKETS = 8;

export function openSender(options: S3StoreOptions, place: DirectPlace, keys: KeySource, traffic: Traffic): Sender {
  const { origin } = place;
  const { request, Agent } = origin.protocol === 'https:' ? https() : http();
  const { connectMs, idleMs } = options.timing ?? DEFAULT_TIMING;
  const agent: Agent = new Agent({ keepAlive: true, maxSockets: (options.concurrency ?? 64) + SPARE_SOCKETS });
  const { port } = origin;
  const host = origin.hostname.replace(/^\[|\]$/g, '');

  return {
    async send({ method, key, headers: plain, body, sha256, pace }, signal) {
      const path = place.path(key);
      const unsigned = { method, host: origin.host, path, headers: plain, body, sha256 };
      const headers = signed(unsigned, await keys(), options.region, systemClock.now());
      signal.throwIfAborted();
      traffic.requests += 1;
      traffic.bytesUp += body?.byteLength ?? 0;
      const call = request({ method, host, port, path, headers, agent, signal, timeout: idleMs });
      return answerTo(call, connectMs, () => writeBody(call, body, pace));
    },
    close: () => agent.destroy(),
  };
}

function answerTo(call: ClientRequest, connectMs: number, write: () => void): Promise<IncomingMessage> {
  const give = (message: string) => () =>
    void call.destroy(Object.assign(new Error(message), { name: 'TimeoutError' }));
  const cancel = systemClock.after(connectMs, () => {
    if (call.socket?.connecting !== false) give('no connection in time')();
  });
  call.once('timeout', give('nothing moved for too long'));
  return new Promise<IncomingMessage>((resolve, reject) => {
    call.once('response', resolve);
    // Kept for the life of the request: an error that comes later is the body's, too.
    call.on('error', reject);
    write();
  }).finally(cancel);
}
