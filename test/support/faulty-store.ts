import { StoreError, type StoreErrorKind } from '../../src/core/errors.ts';
import type { ObjectStore } from '../../src/engine/ports.ts';

export type Operation = 'get' | 'put' | 'head' | 'list' | 'delete' | 'copy';

export type Fault =
  /** Nothing happens, and the caller hears so. */
  | { readonly kind: 'fail-before'; readonly error: StoreErrorKind }
  /** It happens, and the caller hears otherwise. */
  | { readonly kind: 'fail-after'; readonly error: StoreErrorKind }
  /** Something else comes first. */
  | { readonly kind: 'between'; readonly run: () => unknown }
  /** Something else comes between the effect and the answer. */
  | { readonly kind: 'afterwards'; readonly run: () => unknown };

export interface FaultRule {
  readonly on: Operation | 'any';
  readonly key: RegExp;
  /** Calls that pass before; 0 otherwise. */
  readonly skip?: number;
  /** Calls that are hit; 1 otherwise. */
  readonly times?: number;
  readonly fault: Fault;
}

export interface Call {
  readonly operation: Operation;
  readonly key: string;
  readonly outcome: 'under way' | 'done' | 'failed';
}

export interface FaultyStore extends ObjectStore {
  /** The returned function ends the rule; `hits` counts what it has done. */
  plan(rule: FaultRule): { readonly hits: () => number; end(): void };
  /** Every call that arrived here, in order. */
  readonly calls: readonly Call[];
  /** Keys put since the start, or since the last `forget`. */
  puts(): readonly string[];
  forget(): void;
  /** Ends every rule. */
  heal(): void;
}

/** A store that fails, lies or waits by script. */
export function createFaultyStore(inner: ObjectStore): FaultyStore {
  const rules = new Set<{ rule: FaultRule; seen: number; hits: number }>();
  const calls: { operation: Operation; key: string; outcome: Call['outcome'] }[] = [];

  function faultFor(operation: Operation, key: string): Fault | null {
    for (const entry of rules) {
      const { on, key: pattern, skip = 0, times = 1 } = entry.rule;
      if ((on !== 'any' && on !== operation) || !pattern.test(key) || entry.hits >= times) continue;
      entry.seen += 1;
      if (entry.seen <= skip) continue;
      entry.hits += 1;
      return entry.rule.fault;
    }
    return null;
  }

  async function run<T>(operation: Operation, key: string, act: () => Promise<T>): Promise<T> {
    const call = { operation, key, outcome: 'under way' as Call['outcome'] };
    calls.push(call);
    const fault = faultFor(operation, key);
    try {
      if (fault?.kind === 'fail-before') throw failure(fault.error, key);
      if (fault?.kind === 'between') await fault.run();
      const answer = await act();
      if (fault?.kind === 'afterwards') await fault.run();
      if (fault?.kind === 'fail-after') throw failure(fault.error, key);
      call.outcome = 'done';
      return answer;
    } catch (error) {
      call.outcome = 'failed';
      throw error;
    }
  }

  return {
    name: inner.name,
    get traffic() {
      return inner.traffic;
    },
    get: (key, options) => run('get', key, () => inner.get(key, options)),
    put: (key, body, options) => run('put', key, () => inner.put(key, body, options)),
    head: (key, options) => run('head', key, () => inner.head(key, options)),
    list: (prefix, options) => run('list', prefix, () => inner.list(prefix, options)),
    delete: (key, options) => run('delete', key, () => inner.delete(key, options)),
    copy: (from, to, options) => run('copy', to, () => inner.copy(from, to, options)),
    close: () => inner.close(),
    plan(rule) {
      const entry = { rule, seen: 0, hits: 0 };
      rules.add(entry);
      return { hits: () => entry.hits, end: () => void rules.delete(entry) };
    },
    calls,
    puts: () => calls.filter(({ operation }) => operation === 'put').map(({ key }) => key),
    forget() {
      calls.length = 0;
    },
    heal: () => rules.clear(),
  };
}

const failure = (kind: StoreErrorKind, key: string) => new StoreError(kind, `by script: ${kind} on ${key}`);
