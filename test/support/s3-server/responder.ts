import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { judgeWrite } from './conditions.ts';
import { answerControl, isControl } from './control.ts';
import type { Exchange, Reply } from './exchange.ts';
import type { createFaults, Fault, Strike } from './faults.ts';
import { permittedHandler } from './operations.ts';
import { receiveBody } from './receive.ts';
import type { RequestCounter } from './requests.ts';
import { respond } from './respond.ts';
import { S3Error } from './s3-error.ts';
import { type Credentials, requireRegion, type Signer, verifySignature } from './sigv4.ts';
import type { Store } from './store.ts';
import { type Operation, operationOf, parseTarget, type Target } from './target.ts';
import type { Uploads } from './uploads.ts';
import { xmlError } from './xml.ts';

export interface ResponderParts {
  readonly store: Store;
  readonly uploads: Uploads;
  readonly faults: ReturnType<typeof createFaults>;
  readonly requests: RequestCounter;
  readonly credentials: Credentials;
  readonly anonymous: boolean;
  readonly control: boolean;
  readonly region: string;
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
  readonly stopping: AbortSignal;
}

/** Answers every request: control, or route → faults → signature → permission → operation → answer. */
export function createResponder(parts: ResponderParts): RequestListener {
  let served = 0;
  return (request, response) => {
    response.sendDate = false;
    response.setHeader('date', new Date(parts.now()).toUTCString());
    response.setHeader('x-amz-request-id', (++served).toString(16).toUpperCase().padStart(16, '0'));
    response.setHeader('server', 'DevS3');
    const answering =
      parts.control && isControl(request) ? answerControl(request, response, parts) : answer(request, response, parts);
    // What is left to fail here is a connection that went away or a server that stops: nobody is there to be told.
    answering.catch(() => response.destroy());
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, parts: ResponderParts): Promise<void> {
  const method = request.method ?? 'GET';
  const { pause, requests, store } = parts;
  const send = (reply: Reply, fault?: Strike['fault']): Promise<void> =>
    respond(response, reply, { room: store.room, withBody: method !== 'HEAD', fault, pause, onBytes: requests.sent });
  const refuse = (error: unknown): Reply =>
    refusal(error, request.url ?? '', String(response.getHeader('x-amz-request-id')));
  let named: { target: Target; operation: Operation };
  try {
    const target = parseTarget(request.url ?? '/');
    named = { target, operation: operationOf(method, target, request.headers) };
  } catch (error) {
    return send(refuse(error));
  }
  const { target, operation } = named;
  const { bucket, key } = target;
  requests.arrived(method, operation);
  const strike = parts.faults.strike({ method, operation, bucket, key });
  const outcome = await decide(request, parts, strike, { ...named, refuse });
  // Logged before the answer leaves, so that who has the answer finds it in the log.
  requests.decided({ method, operation, bucket, key, status: typeof outcome === 'object' ? outcome.status : 0 });
  try {
    if (outcome === 'hang') await gone(response, parts.stopping);
    else if (outcome === 'reset') response.socket?.resetAndDestroy();
    else await send(outcome, strike.fault);
  } finally {
    if (typeof outcome === 'object') outcome.close?.();
  }
}

interface Named {
  readonly target: Target;
  readonly operation: Operation;
  readonly refuse: (error: unknown) => Reply;
}

/** Does what was asked, unless a fault comes before, and says what the client shall see of it. */
async function decide(
  request: IncomingMessage,
  parts: ResponderParts,
  strike: Strike,
  named: Named,
): Promise<Reply | 'reset' | 'hang'> {
  const { fault, delays } = strike;
  const heldAtArrival = held(request, parts, named);
  await parts.pause(delays.arrival);
  if (fault?.kind === 'status' && fault.when !== 'after') return statusReply(fault, named.target);
  if ((fault?.kind === 'reset' || fault?.kind === 'hang') && fault.when === 'before') return fault.kind;
  let reply: Reply;
  try {
    reply = await perform(request, parts, named, { heldAtArrival, beforeEffect: () => parts.pause(delays.effect) });
  } catch (error) {
    reply = named.refuse(error);
  }
  await parts.pause(delays.answer);
  const spoilt = fault?.kind === 'reset' || fault?.kind === 'hang' || fault?.kind === 'status';
  if (spoilt) reply.close?.();
  if (fault?.kind === 'status') return statusReply(fault, named.target);
  return fault?.kind === 'reset' || fault?.kind === 'hang' ? fault.kind : reply;
}

function perform(
  request: IncomingMessage,
  parts: ResponderParts,
  { target, operation }: Named,
  timing: Pick<Exchange, 'heldAtArrival' | 'beforeEffect'>,
): Reply | Promise<Reply> {
  const { store, uploads, faults, requests, region, now, pause } = parts;
  const signer = authenticate(request, target, parts);
  const access = faults.accessTo(target.bucket);
  const handler = permittedHandler(operation, access);
  const { lies } = faults;
  return handler({
    target,
    headers: request.headers,
    store,
    uploads,
    lies,
    access,
    accessTo: faults.accessTo,
    region,
    now,
    pause,
    ...timing,
    receive: (sink = store.room.sink(), limit = Number.POSITIVE_INFINITY) =>
      receiveBody(request, sink, { signer, checksums: lies.checksums, limit, onBytes: requests.received }),
  });
}

function authenticate(request: IncomingMessage, target: Target, parts: ResponderParts): Signer | undefined {
  const signer = verifySignature(request.method ?? 'GET', target, request.headers, parts.credentials, parts.now());
  if (signer !== undefined) requireRegion(signer, parts.region);
  if (signer === undefined && !parts.anonymous) throw new S3Error('AccessDenied', 'Access Denied');
  return signer;
}

function held(request: IncomingMessage, { store, faults }: ResponderParts, { target }: Named): boolean {
  // A read has no losers, and its If-None-Match means something else.
  if (faults.lies.losers === 'exact' || request.method === 'GET' || request.method === 'HEAD') return false;
  const bucket = store.buckets().find(({ name }) => name === target.bucket);
  return judgeWrite(request.headers, bucket?.get(target.key), faults.lies) === 'holds';
}

function refusal(error: unknown, resource: string, requestId: string): Reply {
  const known =
    error instanceof S3Error ? error : new S3Error('InternalError', error instanceof Error ? error.message : 'unknown');
  const body = xmlError(known.code, known.message, resource, requestId);
  return { status: known.status, headers: { 'content-type': 'application/xml', ...known.headers }, body };
}

function statusReply(fault: Extract<Fault, { kind: 'status' }>, target: Target): Reply {
  const retry = fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) };
  const body = xmlError(fault.code ?? 'InternalError', 'A fault was asked for', target.path, 'FAULT');
  return { status: fault.status, headers: { 'content-type': 'application/xml', ...retry }, body };
}

/** Resolves when the client gave up, or the server stops. */
async function gone(response: ServerResponse, stopping: AbortSignal): Promise<void> {
  if (stopping.aborted || response.destroyed) return;
  await new Promise<void>((resolve) => {
    response.once('close', resolve);
    stopping.addEventListener('abort', () => resolve(), { once: true });
  });
}
