/** What a call does: look (or flush), change a name or attribute, write bytes or remove a tree (which can be done by half), or ask the store. */
export type CallKind = 'look' | 'change' | 'write' | 'request';

/** The end of a life: at its nth call of a kind (from 0), before it, in the middle of it, or when it is done and nobody knows yet. */
export interface Death {
  readonly kind: CallKind;
  readonly nth: number;
  readonly when: 'before' | 'torn' | 'after';
}

/** Thrown at a dead life, which nothing of the program knows. Nothing it does after that reaches the world. */
export class Dead extends Error {
  override readonly name = 'Dead';
}

/** One process, as far as the world notices it. */
export interface Life {
  /** Its calls so far, in their order. */
  readonly labels: Readonly<Record<CallKind, readonly string[]>>;
  /** What it died of; null while it lives. */
  readonly diedAt: string | null;
  /** A synchronous call. `half` does the first part of it. */
  call<T>(kind: CallKind, label: string, act: () => T, half?: () => unknown): T;
  callAsync<T>(kind: CallKind, label: string, act: () => Promise<T>, half?: () => Promise<unknown>): Promise<T>;
  /** Ends it wherever it is. */
  end(): void;
}

/**
 * Without a death it lives for ever and counts; a function is the death after the first call whose label it takes. `die` is called
 * at the moment of death: nothing, or the end of the real process.
 */
export function beginLife(death: Death | ((label: string) => boolean) | null = null, die: () => void = () => {}): Life {
  const labels: Record<CallKind, string[]> = { look: [], change: [], write: [], request: [] };
  let diedAt: string | null = null;

  function meet(kind: CallKind, label: string): Death['when'] | null {
    if (diedAt !== null) throw new Dead();
    const nth = labels[kind].push(label) - 1;
    if (typeof death === 'function') return death(label) ? 'after' : null;
    return death !== null && death.kind === kind && death.nth === nth ? death.when : null;
  }

  function depart(label: string, when: Death['when']): Dead {
    diedAt ??= `${when} ${label}`;
    die();
    return new Dead();
  }

  return {
    labels,
    get diedAt() {
      return diedAt;
    },
    call(kind, label, act, half) {
      const end = meet(kind, label);
      if (end === 'before') throw depart(label, end);
      if (end === 'torn') {
        half?.();
        throw depart(label, end);
      }
      const answer = attempt(act);
      // A process that dies here never learns what the system answered.
      if (end === 'after') throw depart(label, end);
      if ('error' in answer) throw answer.error;
      return answer.value;
    },
    async callAsync(kind, label, act, half) {
      const end = meet(kind, label);
      if (end === 'before') throw depart(label, end);
      if (end === 'torn') {
        await half?.();
        throw depart(label, end);
      }
      const answer = await act().then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      if (end === 'after') throw depart(label, end);
      // It may have died elsewhere meanwhile.
      if (diedAt !== null) throw new Dead();
      if ('error' in answer) throw answer.error;
      return answer.value;
    },
    end: () => void (diedAt ??= 'from outside'),
  };
}

/** How many calls of each kind it has made. */
export const countsOf = ({ labels: { look, change, write, request } }: Life): Readonly<Record<CallKind, number>> => ({
  look: look.length,
  change: change.length,
  write: write.length,
  request: request.length,
});

function attempt<T>(act: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: act() };
  } catch (error) {
    return { error };
  }
}
