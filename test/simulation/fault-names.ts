import { CALLS } from './make-strikes.ts';
import { ANSWER_FAULTS, type AnswerFault, HEAD_DAMAGES, type HeadDamage, type Strike, TROUBLES } from './scenario.ts';

/** As figures count it. */
export function nameOf({ at, harm }: Pick<Strike, 'at' | 'harm'>): string {
  const where = at === 'call' ? 'a file operation' : 'a request';
  switch (harm.kind) {
    case 'kill':
      return `killed at ${where}`;
    case 'power':
      return `power cut at ${where}`;
    case 'errno':
      return harm.code;
    case 'act':
      return harm.act.act === 'swap folder for a link'
        ? `a folder becomes a link at ${where}`
        : `a person acts at ${where}`;
    case 'short write':
      return 'write done in part';
    case 'stand still':
      return `stands still at ${where}`;
    case 'answer':
      return ANSWER_NAMES[harm.how];
  }
}

const ANSWER_NAMES: Readonly<Record<AnswerFault, string>> = {
  'lost before': 'request lost',
  'lost after': 'answer lost',
  'never answered': 'never answered',
  twice: 'request arrives twice',
  'twice, second answered': 'request arrives twice, second answer',
  late: 'request arrives late',
  busy: '500',
  'busy after': '500 after the effect',
  throttled: '503',
  'throttled after': '503 after the effect',
  conflict: '409',
  slow: 'slow request',
  cut: 'body cut',
  flipped: 'body flipped',
  dripping: 'slow drip',
  'killed when sent': 'killed when a request is sent',
  'killed after effect': 'killed between effect and answer',
};

export const nameOfDamage = (how: HeadDamage): string => `head ${how}`;

const WHERE = ['call', 'request'] as const;

/** Every name there is, so that what never strikes is seen too. */
export const FAULTS: readonly string[] = [
  ...WHERE.flatMap((at) => [nameOf({ at, harm: { kind: 'kill' } }), nameOf({ at, harm: { kind: 'power' } })]),
  ...WHERE.map((at) => nameOf({ at, harm: { kind: 'act', act: { act: 'touch', path: '' } } })),
  ...WHERE.map((at) => nameOf({ at, harm: { kind: 'act', act: { act: 'swap folder for a link', path: '', ms: 0 } } })),
  nameOf({ at: 'call', harm: { kind: 'short write' } }),
  nameOf({ at: 'request', harm: { kind: 'stand still', ms: 0 } }),
  ...new Set(Object.values(CALLS).flatMap<string>(({ codes }) => codes)),
  ...ANSWER_FAULTS.map((how) => nameOf({ at: 'request', harm: { kind: 'answer', how } })),
  ...HEAD_DAMAGES.map(nameOfDamage),
  ...TROUBLES.filter((act) => act !== 'head corrupt'),
];
