import type { Random } from './random.ts';
import { type Act, ANSWER_FAULTS, type AnswerFault, type Deed, type Harm, isOfBody, type Strike } from './scenario.ts';

const STRUCK: ReadonlySet<Deed['act']> = new Set([
  'sync',
  'decide conflicts',
  'hold the lease',
  'force release',
  'preview',
  'undo',
  'verify',
  'collect garbage',
  'close window',
]);

export interface StrikeParts {
  /** What a person does in between. */
  readonly act: () => Act;
  /** A folder becomes a link. */
  readonly swap: () => Act;
  readonly hasPowerCuts: boolean;
}

/** What goes wrong while a deed is done: mostly nothing. */
export function makeStrikes(random: Random, deed: Deed, { act, swap, hasPowerCuts }: StrikeParts): readonly Strike[] {
  if (!STRUCK.has(deed.act) || !random.chance(0.4)) return [];
  return Array.from({ length: random.spread(1, 3) }, () => (random.chance(0.55) ? onRequest() : onCall()));

  function onRequest(): Strike {
    const on =
      deed.act === 'collect garbage'
        ? random.weighted(COLLECTS)
        : random.weighted({
            any: 3,
            'put head': 3,
            'get head': 2,
            'put objects': 2,
            'put index': 1,
            'put commits': 2,
            'get objects': 2,
            'get index': 1,
            'get commits': 0.7,
            head: 0.3,
            copy: 0.2,
          });
    return { at: 'request', on, nth: on === 'any' ? random.spread(1, 20) : random.spread(1, 4), harm: onLine(on) };
  }

  function onLine(on: string): Harm {
    const kind = random.weighted({ answer: 12, kill: 1, power: hasPowerCuts ? 2 : 0, act: 3, link: 0.2, still: 1 });
    switch (kind) {
      case 'answer':
        return { kind: 'answer', how: random.pick(ANSWER_FAULTS.filter((how) => canStrike(how, on))) };
      case 'kill':
        return { kind: 'kill' };
      case 'power':
        return { kind: 'power' };
      case 'act':
        return { kind: 'act', act: act() };
      case 'link':
        return { kind: 'act', act: swap() };
      case 'still':
        return { kind: 'stand still', ms: random.spread(1_000, 300_000) };
    }
  }

  function onCall(): Strike {
    const on = random.pick(Object.keys(CALLS) as (keyof typeof CALLS)[]);
    const { most, codes } = CALLS[on];
    const kind = random.weighted({
      kill: 3,
      power: hasPowerCuts ? 4 : 0,
      errno: codes.length > 0 ? 4 : 0,
      act: 4,
      link: ['link', 'rename', 'lstat', 'realpath', 'before'].includes(on) ? 1 : 0,
      short: on === 'write' ? 4 : 0,
    });
    const nth = random.spread(1, most);
    switch (kind) {
      case 'kill':
        return { at: 'call', on, nth, harm: { kind: 'kill' } };
      case 'power':
        return { at: 'call', on, nth, harm: { kind: 'power' } };
      case 'errno':
        return { at: 'call', on, nth, harm: { kind: 'errno', code: random.pick(codes) } };
      case 'act':
        return { at: 'call', on, nth, harm: { kind: 'act', act: act() } };
      case 'link':
        return { at: 'call', on, nth, harm: { kind: 'act', act: swap() } };
      case 'short':
        return { at: 'call', on, nth, harm: { kind: 'short write' } };
    }
  }
}

/** Only a body can be damaged on its way, and only a write be refused as one of two. */
function canStrike(how: AnswerFault, on: string): boolean {
  if (isOfBody(how)) return ['get objects', 'get index', 'get commits'].includes(on);
  return how !== 'conflict' || on.startsWith('put ');
}

/** Requests of a collection, and how often each is struck. */
const COLLECTS = {
  any: 2,
  'put head': 3,
  'get head': 1,
  'get commits': 2,
  'get index': 1,
  list: 2,
  'delete commits': 3,
  'delete index': 2,
  'delete objects': 4,
};

/** Where file operations fail, how often they come in one cycle, and what the system says of them. */
export const CALLS = {
  any: { most: 1_500, codes: ['EIO', 'EACCES'] },
  lstat: { most: 800, codes: ['EIO', 'EACCES'] },
  open: { most: 40, codes: ['EMFILE', 'EACCES', 'EIO', 'ENOSPC'] },
  read: { most: 20, codes: ['EIO'] },
  write: { most: 40, codes: ['ENOSPC', 'EIO'] },
  fsync: { most: 40, codes: ['EIO', 'ENOSPC'] },
  rename: { most: 20, codes: ['EBUSY', 'EACCES', 'EIO', 'ENOSPC', 'EXDEV'] },
  link: { most: 8, codes: ['EACCES', 'EIO', 'ENOSPC', 'EXDEV', 'EPERM'] },
  unlink: { most: 20, codes: ['EBUSY', 'EACCES', 'EIO'] },
  mkdir: { most: 10, codes: ['ENOSPC', 'EACCES'] },
  rmdir: { most: 6, codes: ['EBUSY', 'EACCES'] },
  readdir: { most: 20, codes: ['EIO', 'EACCES'] },
  futimes: { most: 6, codes: ['EIO', 'EPERM'] },
  chmod: { most: 4, codes: ['EPERM', 'EIO'] },
  realpath: { most: 100, codes: ['EIO', 'EACCES'] },
  before: { most: 20, codes: [] },
} as const satisfies Readonly<Record<string, { readonly most: number; readonly codes: readonly string[] }>>;
