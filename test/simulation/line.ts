import type { StoreErrorKind } from '../../src/core/errors.ts';
import type { GetOptions, ObjectStore, PutOptions } from '../../src/engine/ports.ts';
import { aborted, createBodies, failure, whole } from './bodies.ts';
import { nameOf } from './fault-names.ts';
import type { Loop } from './loop.ts';
import { type Process, takeStrike } from './machine.ts';
import type { Remote } from './remote.ts';
import { type AnswerFault, type Harm, isOfBody } from './scenario.ts';

export interface LineParts {
  readonly loop: Loop;
  readonly remote: Remote;
  readonly process: Process;
  /** Of one way, roughly. */
  readonly latencyMs: number;
  readonly cutPower: () => void;
  readonly act: (harm: Harm & { kind: 'act' }) => void;
  /** Told of every request that is sent, with its bytes; the returned function when it is answered. */
  readonly sent: (what: string, bytes: number) => () => void;
}

const CALL_MS = 60_000;
/** How late the latest request arrives. */
const LATEST_MS = 600_000;
/** The store as one process reaches it: a request has an effect and an answer, and each can come late, twice, damaged or not at all. */
export function openLine({ loop, remote, process, latencyMs, ...parts }: LineParts): ObjectStore {
  const { random, machine } = process;
  const traffic = { requests: 0, bytesUp: 0, bytesDown: 0 };
  const latency = () => latencyMs * (0.2 + random.next() * 1.6) * (random.chance(0.03) ? 20 : 1);

  interface Request<T> {
    readonly names: readonly string[];
    readonly signal: AbortSignal | undefined;
    readonly timeoutMs?: number | undefined;
    readonly bytes?: number;
    readonly isSwap?: boolean;
    readonly effect: () => Promise<T>;
    readonly damage?: (answer: T, how: AnswerFault, applied: () => void) => T;
  }

  function send<T>({ names, signal, timeoutMs = CALL_MS, effect, ...request }: Request<T>): Promise<T> {
    const what = names[0] ?? '';
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted) return reject(aborted(signal));
      if (process.isDead) return;
      const harm = strikeNow(names);
      if (process.isDead) return;
      const how = harm?.kind === 'answer' ? harm.how : null;
      const applied = () => {
        if (harm) process.struck(nameOf({ at: 'request', harm }));
      };
      traffic.requests += 1;
      traffic.bytesUp += request.bytes ?? 0;
      const answered = parts.sent(what, request.bytes ?? 0);
      let isOver = false;
      const end = (settle: () => void) => {
        if (isOver) return;
        isOver = true;
        cancelTimeout();
        signal?.removeEventListener('abort', abort);
        answered();
        settle();
      };
      const cancelTimeout = loop.after(timeoutMs, process, () =>
        end(() => reject(failure('unreachable', `${what}: no answer in time`))),
      );
      const abort = () => end(() => reject(aborted(signal)));
      signal?.addEventListener('abort', abort, { once: true });
      const answer = (ms: number, settle: () => void) => void loop.after(ms, process, () => end(settle));
      const refuse = (kind: StoreErrorKind) => answer(latency(), () => reject(failure(kind, `${what}: ${kind}`)));

      if (loop.time < machine.offlineUntil) return refuse('unreachable');
      if (loop.time < machine.expiredUntil) return refuse('credentials');
      if (loop.time < remote.busyUntil) return refuse('throttled');
      if (how === 'conflict' && !what.startsWith('put')) throw new Error(`${what} cannot be answered with 409`);
      if (how !== null && !isOfBody(how)) applied();
      if (how === 'lost before') return refuse('unreachable');
      // Hardly ever to one request alone.
      if (how === 'throttled') remote.busyUntil = Math.max(remote.busyUntil, loop.time + random.spread(10, 5_000));
      if (how === 'busy' || how === 'throttled') return refuse(how);
      if (how === 'conflict') return refuse('conflict');

      const slow = how === 'slow' || how === 'dripping' ? 50 : 1;
      const later = random.spread(50, LATEST_MS);
      const happen = async (): Promise<(() => void) | null> => {
        remote.writer = process;
        try {
          const found = await effect();
          return () => resolve(how !== null && request.damage ? request.damage(found, how, applied) : found);
        } catch (error) {
          return () => reject(error);
        } finally {
          remote.writer = null;
          if (request.isSwap === true) remote.swapsUnderWay -= 1;
        }
      };
      const arrive = (ms: number, then: (settle: () => void) => void) => {
        if (request.isSwap === true) remote.swapsUnderWay += 1;
        loop.after(ms, null, () => {
          void happen().then((settle) => {
            if (settle) then(settle);
          });
        });
      };
      const nothing = () => {};
      switch (how) {
        case 'late':
          arrive(timeoutMs / 2 + later, nothing);
          return;
        case 'never answered':
          arrive(latency(), nothing);
          return;
        case 'lost after':
          arrive(latency(), () => refuse('unreachable'));
          return;
        case 'busy after':
          arrive(latency(), () => refuse('busy'));
          return;
        case 'throttled after':
          arrive(latency(), () => refuse('throttled'));
          return;
        case 'twice':
          arrive(latency(), (settle) => answer(latency(), settle));
          arrive(later, nothing);
          return;
        case 'twice, second answered':
          arrive(1, nothing);
          arrive(latency(), (settle) => answer(latency(), settle));
          return;
        case 'killed when sent':
          arrive(latency(), nothing);
          process.isDead = true;
          return;
        case 'killed after effect':
          arrive(latency(), () => {
            process.isDead = true;
          });
          return;
        default:
          arrive(latency() * slow, (settle) => answer(latency() * slow, settle));
      }
    });
  }

  function strikeNow(names: readonly string[]): Harm | null {
    if (process.strikes.length === 0) return null;
    const harm = takeStrike(process, 'request', ...names);
    if (harm?.kind === 'kill') process.isDead = true;
    if (harm?.kind === 'power') parts.cutPower();
    if (harm?.kind === 'act') parts.act(harm);
    if (harm?.kind === 'stand still') process.stillUntil = loop.time + harm.ms;
    return harm;
  }

  const { store } = remote;
  const { body, damaged } = createBodies(loop, process, latency);
  const names = (method: string, key: string) => {
    const group = key.includes('/') ? key.slice(0, key.indexOf('/')) : key.replace('.json', '');
    return [`${method} ${group}`, method];
  };

  function get(key: string, options: GetOptions = {}): ReturnType<ObjectStore['get']> {
    return send({
      names: names('get', key),
      signal: options.signal,
      effect: async () => {
        const found = await store.get(key, { ...options, signal: undefined });
        if (found.kind === 'unchanged') return found;
        const bytes = await whole(found);
        const { sha256, ...rest } = found;
        return {
          ...rest,
          ...(remote.traits.keepsChecksums && sha256 !== undefined ? { sha256 } : {}),
          body: body(bytes, null, options.signal),
        };
      },
      damage: (found, how, applied) =>
        found.kind === 'unchanged' || !isOfBody(how)
          ? found
          : { ...found, body: damaged(found.body, how, applied, options.signal) },
    });
  }

  function put(key: string, bytes: Uint8Array, options: PutOptions = {}): ReturnType<ObjectStore['put']> {
    const { condition } = options;
    const isRefusedForm = remote.traits.wantsBareEtags && condition?.kind === 'match' && condition.etag.includes('"');
    return send({
      names: names('put', key),
      signal: options.signal,
      timeoutMs: options.timeoutMs,
      bytes: bytes.byteLength,
      isSwap: key === 'head.json',
      effect: () =>
        store.put(key, bytes, {
          ...options,
          signal: undefined,
          ...(isRefusedForm ? { condition: { kind: 'match', etag: '"quoted"' } } : {}),
        }),
    });
  }

  return {
    name: 's3://bucket/team',
    traffic,
    get,
    put,
    head: (key, options) =>
      send({
        names: names('head', key),
        signal: options?.signal,
        effect: async () => {
          const { sha256, ...rest } = await store.head(key);
          return remote.traits.keepsChecksums && sha256 !== undefined ? { ...rest, sha256 } : rest;
        },
      }),
    list: (prefix, options = {}) =>
      send({
        names: ['list'],
        signal: options.signal,
        effect: () => store.list(prefix, { ...options, signal: undefined }),
      }),
    delete: (key, options) =>
      send({ names: names('delete', key), signal: options?.signal, effect: () => store.delete(key) }),
    copy: (from, to, options) =>
      send({ names: names('copy', to), signal: options?.signal, effect: () => store.copy(from, to) }),
    close() {},
  };
}
