import type { IncomingMessage, ServerResponse } from 'node:http';
import { ControlError } from './control-fields.ts';
import { parseControl } from './control-message.ts';
import type { Faults } from './faults.ts';
import type { Requests } from './requests.ts';

/** No bucket can have this name. */
const root = '/_control/';
const largestMessage = 1 << 20;

export function isControl(request: IncomingMessage): boolean {
  return request.url?.startsWith(root) ?? false;
}

/** GET requests: counters and log. DELETE requests: reset. POST faults: add rules, lies, access. DELETE faults: clear.
 *  A web page must not get here, so anything a browser sends across origins is refused. */
export async function answerControl(
  request: IncomingMessage,
  response: ServerResponse,
  { faults, requests }: { readonly faults: Faults; readonly requests: Requests },
): Promise<void> {
  const local = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d+)?$/.test(request.headers.host ?? '');
  if (request.headers.origin !== undefined || !local)
    return sendJson(response, 403, { error: 'control is for local programs' });
  switch (`${request.method} ${request.url?.slice(root.length)}`) {
    case 'GET requests':
      return sendJson(response, 200, { ...requests.snapshot(), log: requests.log });
    case 'DELETE requests':
      requests.reset();
      return sendJson(response, 200, {});
    case 'DELETE faults':
      faults.clear();
      return sendJson(response, 200, {});
    case 'POST faults':
      return postFaults(request, response, faults);
    default:
      return sendJson(response, 404, { error: 'unknown control request' });
  }
}

async function postFaults(request: IncomingMessage, response: ServerResponse, faults: Faults): Promise<void> {
  try {
    const { rules, lies, access } = parseControl(await readText(request));
    faults.add(...rules);
    faults.lie(lies);
    for (const [bucket, permission] of access) faults.access(bucket, permission);
    return sendJson(response, 200, {});
  } catch (error) {
    if (error instanceof ControlError) return sendJson(response, 400, { error: error.message });
    throw error;
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestMessage) throw new ControlError('the message is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function sendJson(response: ServerResponse, status: number, value: unknown): Promise<void> {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(value)}\n`);
}
