import type { ClientRequest } from 'node:http';
import type { Pace } from '../../../engine/ports.ts';

/** Ends a request with its body, at once or part by part. What fails on the way ends the request. */
export function writeBody(call: ClientRequest, body: Uint8Array | undefined, pace: Pace | undefined): void {
  if (body === undefined || pace === undefined) return void call.end(body);
  let isAnswered = false;
  call.once('response', (answer) => {
    isAnswered = true;
    // Refused before all was said: a connection in the middle of a body is of no use.
    answer.once('close', () => {
      if (!call.writableEnded) call.destroy();
    });
  });
  const write = async (): Promise<void> => {
    for (let at = 0; at < body.byteLength; at += pace.part) {
      const part = body.subarray(at, at + pace.part);
      await pace.next(part.byteLength);
      if (isAnswered || call.destroyed) return;
      call.write(part);
    }
    call.end();
  };
  write().catch((error: Error) => call.destroy(error));
}
