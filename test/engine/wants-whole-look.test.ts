import { expect, test } from 'vitest';
import { type Sight, wantsWholeLook } from '../../src/engine/cycle/sight.ts';

type Seen = { readonly [Part in keyof Sight]?: unknown } & { readonly scan?: object };

const rows: Record<string, readonly [Seen, boolean]> = {
  'nothing to do': [{}, false],
  'a file to push': [{ plan: planOf({ steps: [{ kind: 'upload' }] }) }, false],
  'a file to pull': [{ plan: planOf({ steps: [{ kind: 'download' }] }) }, false],
  'a deletion here': [{ plan: planOf({ steps: [{ kind: 'delete-local' }] }) }, false],
  'a deletion elsewhere': [{ plan: planOf({ steps: [{ kind: 'upload' }, { kind: 'delete-remote' }] }) }, true],
  'what is gone on both sides': [{ plan: planOf({ steps: [{ kind: 'forget' }] }) }, true],
  'a conflict': [{ plan: planOf({ conflicts: [{}] }) }, true],
  'what is held back': [{ plan: planOf({ held: [{}] }) }, true],
  'a veto': [{ vetoes: [{}] }, true],
  'a link or a device': [{ scan: { unknown: new Set(['a']), irregular: new Set(['a']) } }, false],
  'what cannot be read': [{ scan: { unknown: new Set(['a', 'b']), irregular: new Set(['a']) } }, true],
  'a veto after a look at all': [{ vetoes: [{}], scan: { isWhole: true } }, false],
};

test.each(Object.entries(rows))('%s', (_title, [seen, wanted]) => {
  const scan = { isWhole: false, unknown: new Set(), irregular: new Set(), ...seen.scan };
  const sight = { plan: planOf({}), vetoes: [], ...seen, scan } as unknown as Sight;
  expect(wantsWholeLook(sight)).toBe(wanted);
});

function planOf(parts: object): object {
  return { steps: [], conflicts: [], held: [], ...parts };
}
