import type { Random } from './random.ts';
import type { Trouble } from './scenario.ts';
import { HEAD_DAMAGES } from './scenario.ts';

/** What goes wrong by itself on a machine or in the bucket. */
export function makeTrouble(random: Random, by: 'vscode' | 'cli', hasPowerCuts: boolean): Trouble {
  const kind = random.weighted({
    kill: 4,
    power: hasPowerCuts ? 4 : 0,
    sleep: 2,
    still: 3,
    jump: 2,
    network: 3,
    credentials: 2,
    root: 1,
    state: 0.5,
    busy: 2,
    missing: 0.7,
    // Of four kinds.
    corrupt: 2.4,
    foreign: 0.7,
    rolled: 1.2,
    object: 2.5,
  });
  switch (kind) {
    case 'kill':
      return { act: 'kill', by };
    case 'power':
      return { act: 'power cut' };
    case 'sleep':
      return { act: 'sleep', ms: random.spread(5_000, 7_200_000) };
    case 'still':
      return { act: 'stand still', by, ms: random.spread(1_000, 300_000) };
    case 'jump':
      return { act: 'clock jump', ms: random.pick([-1, 1]) * random.spread(100, 86_400_000) };
    case 'network':
      return { act: 'network off', ms: random.spread(100, 60_000) };
    case 'credentials':
      return { act: 'credentials expire', ms: random.spread(100, 60_000) };
    case 'root':
      return { act: 'root away', ms: random.spread(500, 30_000), leavesEmpty: random.chance(0.5) };
    case 'state':
      return { act: 'state lost' };
    case 'busy':
      return { act: 'store busy', ms: random.spread(100, 30_000) };
    case 'missing':
      return { act: 'head missing', ms: random.spread(500, 20_000) };
    case 'corrupt':
      return { act: 'head corrupt', ms: random.spread(500, 20_000), how: random.pick(HEAD_DAMAGES) };
    case 'foreign':
      return { act: 'head foreign', ms: random.spread(500, 20_000) };
    case 'rolled':
      return { act: 'head rolled back', ms: random.spread(500, 20_000) };
    case 'object':
      return {
        act: 'object damaged',
        ms: random.spread(500, 200_000),
        how: random.pick(['missing', 'flipped', 'cut']),
        which: random.between(0, 999),
      };
  }
}
