import { ControlError, count, fields, oneOf, text } from './control-fields.ts';
import type { Access, Fault, FaultRule, Lies, Match } from './faults.ts';
import { isOperation } from './operations.ts';

/** What a control message asks for. */
export interface ControlMessage {
  readonly rules: FaultRule[];
  readonly lies: Partial<Lies>;
  readonly access: [string, Access][];
}

/** Reads `{ rules?: [{ match?, fault }], lies?: {…}, access?: { bucket: access } }`; in a match, `key` is a string or
 *  `{ "pattern": "…", "flags"?: "…" }`. Throws ControlError naming what is unknown: a misspelt fault must not pass. */
export function parseControl(source: string): ControlMessage {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw new ControlError('the message is not JSON');
  }
  const { rules = [], lies = {}, access = {} } = fields(value, 'message', ['rules', 'lies', 'access']);
  if (!Array.isArray(rules)) throw new ControlError('rules must be a list');
  return {
    rules: rules.map(parseRule),
    lies: parseLies(lies),
    access: Object.entries(fields(access, 'access')).map(([bucket, name]) => [bucket, oneOf(accesses, name, 'access')]),
  };
}

const accesses: readonly Access[] = ['full', 'no-list', 'read-only', 'forbidden'];

function parseRule(value: unknown): FaultRule {
  const { match = {}, fault } = fields(value, 'rule', ['match', 'fault']);
  return { match: parseMatch(match), fault: parseFault(fault) };
}

function parseMatch(value: unknown): Match {
  const names = ['method', 'operation', 'bucket', 'key', 'after', 'times'];
  const { method, operation, bucket, key, after, times } = fields(value, 'match', names);
  if (operation !== undefined && !isOperation(operation)) throw new ControlError('match names an unknown operation');
  return {
    ...(method === undefined ? {} : { method: text(method, 'method') }),
    ...(operation === undefined ? {} : { operation }),
    ...(bucket === undefined ? {} : { bucket: text(bucket, 'bucket') }),
    ...(key === undefined ? {} : { key: typeof key === 'string' ? key : parsePattern(key) }),
    ...(after === undefined ? {} : { after: count(after, 'after') }),
    ...(times === undefined ? {} : { times: count(times, 'times') }),
  };
}

function parsePattern(value: unknown): RegExp {
  const { pattern, flags = '' } = fields(value, 'key', ['pattern', 'flags']);
  try {
    return new RegExp(text(pattern, 'pattern'), text(flags, 'flags'));
  } catch (error) {
    throw new ControlError(`key is no valid pattern: ${String(error)}`);
  }
}

const before = ['before', 'after'] as const;

const faultParsers: { readonly [Kind in Fault['kind']]: (value: unknown) => Fault } = {
  latency(value) {
    const { ms, when = 'arrival' } = fields(value, 'latency', ['kind', 'ms', 'when']);
    return { kind: 'latency', ms: count(ms, 'ms'), when: oneOf(['arrival', 'effect', 'answer'], when, 'when') };
  },
  status(value) {
    const names = ['kind', 'status', 'code', 'retryAfterSeconds', 'when'];
    const { status, code, retryAfterSeconds, when = 'before' } = fields(value, 'status', names);
    return {
      kind: 'status',
      status: count(status, 'status'),
      when: oneOf(before, when, 'when'),
      ...(code === undefined ? {} : { code: text(code, 'code') }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds: count(retryAfterSeconds, 'retryAfterSeconds') }),
    };
  },
  reset: (value) => ({ kind: 'reset', when: oneOf(before, fields(value, 'reset', ['kind', 'when']).when, 'when') }),
  hang: (value) => ({ kind: 'hang', when: oneOf(before, fields(value, 'hang', ['kind', 'when']).when, 'when') }),
  truncate(value) {
    const { bytes } = fields(value, 'truncate', ['kind', 'bytes']);
    return bytes === undefined ? { kind: 'truncate' } : { kind: 'truncate', bytes: count(bytes, 'bytes') };
  },
  drip(value) {
    const { bytes, everyMs } = fields(value, 'drip', ['kind', 'bytes', 'everyMs']);
    return { kind: 'drip', bytes: Math.max(count(bytes, 'bytes'), 1), everyMs: count(everyMs, 'everyMs') };
  },
  corrupt(value) {
    fields(value, 'corrupt', ['kind']);
    return { kind: 'corrupt' };
  },
};

function parseFault(value: unknown): Fault {
  const kinds = ['latency', 'status', 'reset', 'hang', 'truncate', 'drip', 'corrupt'] as const;
  return faultParsers[oneOf(kinds, fields(value, 'fault').kind, 'kind')](value);
}

function parseLies(value: unknown): Partial<Lies> {
  const names = ['conditions', 'pauseMs', 'ifMatch', 'losers', 'deletes', 'copies', 'checksums'];
  const { conditions, pauseMs, ifMatch, losers, deletes, copies, checksums } = fields(value, 'lies', names);
  const obeyed = ['exact', 'ignored'] as const;
  return {
    ...(conditions === undefined ? {} : { conditions: oneOf([...obeyed, 'not-atomic'], conditions, 'conditions') }),
    ...(pauseMs === undefined ? {} : { pauseMs: count(pauseMs, 'pauseMs') }),
    ...(ifMatch === undefined ? {} : { ifMatch: oneOf(['any-form', 'bare-only', 'quoted-only'], ifMatch, 'ifMatch') }),
    ...(losers === undefined ? {} : { losers: oneOf(['exact', 'unknown-error', 'conflict'], losers, 'losers') }),
    ...(deletes === undefined ? {} : { deletes: oneOf(obeyed, deletes, 'deletes') }),
    ...(copies === undefined ? {} : { copies: oneOf(obeyed, copies, 'copies') }),
    ...(checksums === undefined ? {} : { checksums: oneOf(['exact', 'unchecked', 'dropped'], checksums, 'checksums') }),
  };
}
