import type { ServerResponse } from 'node:http';
import type { BlobRoom } from './blob.ts';
import type { Reply } from './exchange.ts';
import type { Strike } from './faults.ts';

export interface RespondOptions {
  readonly room: BlobRoom;
  /** HEAD: headers only. */
  readonly withBody: boolean;
  readonly fault: Strike['fault'];
  readonly pause: (ms: number) => Promise<void>;
  readonly onBytes: (count: number) => void;
}

/** Sends a reply, its body in pieces with backpressure, spoilt as the fault says. */
export async function respond(response: ServerResponse, reply: Reply, options: RespondOptions): Promise<void> {
  const { body } = reply;
  const text = typeof body === 'string' ? Buffer.from(body) : undefined;
  const length = text?.length ?? (typeof body === 'object' ? body.length : 0);
  const sized = reply.status === 304 || reply.status === 204 || reply.headers['content-length'] !== undefined;
  response.writeHead(reply.status, sized ? reply.headers : { ...reply.headers, 'content-length': String(length) });
  if (!options.withBody || length === 0) {
    response.end();
    return;
  }
  const chunks =
    text === undefined && typeof body === 'object'
      ? options.room.read(body.blob, body.offset, body.length)
      : once(text);
  const limit = options.fault?.kind === 'truncate' ? (options.fault.bytes ?? Math.floor(length / 2)) : length;
  let sent = 0;
  for await (const chunk of spoilt(chunks, options)) {
    const part = chunk.subarray(0, limit - sent);
    sent += part.length;
    options.onBytes(part.length);
    if (sent === length) {
      response.end(part);
      return;
    }
    if (!response.write(part)) await drained(response);
    if (response.destroyed) return;
    if (sent >= limit) break;
  }
  // What was written must leave before the close, or the client would see a reset instead of a short body.
  await new Promise((resolve) => setImmediate(resolve));
  response.socket?.destroySoon();
}

async function* once(text: Buffer | undefined): AsyncGenerator<Buffer> {
  if (text !== undefined) yield text;
}

async function* spoilt(chunks: AsyncIterable<Buffer>, { fault, pause }: RespondOptions): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of chunks) {
    if (fault?.kind === 'drip') {
      for (let at = 0; at < chunk.length; at += fault.bytes) {
        await pause(fault.everyMs);
        yield chunk.subarray(at, at + fault.bytes);
      }
    } else if (fault?.kind === 'corrupt' && first) {
      const copy = Buffer.from(chunk);
      copy[0] = (copy[0] ?? 0) ^ 1;
      yield copy;
    } else yield chunk;
    first = false;
  }
}

async function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}
