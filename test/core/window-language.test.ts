import { afterEach, expect, it } from 'vitest';
import {
  counted,
  dateText,
  dateTimeText,
  inSentence,
  numberText,
  speak,
  type Translate,
  timeText,
} from '../../src/vscode/l10n.ts';

/* Numbers, times and labels are written as the window speaks, whatever the machine does. */

const plain: Translate = (message, ...args) =>
  message.replaceAll(/\{(\d+)\}/g, (_, index: string) => String(args[Number(index)]));
// Other files share the module.
afterEach(() => speak(plain, 'en'));

const AT = new Date(2026, 0, 31, 14, 5).getTime();

it.each([
  ['en', '12,345', '1/31/2026', /^0?2:05 PM$/i, 'to push'],
  ['de', '12.345', '31.1.2026', /^14:05$/, 'To Push'],
  ['qq', '12,345', '1/31/2026', /^0?2:05 PM$/i, 'to push'],
])('%s', (language, number, date, time, label) => {
  speak(plain, language);
  expect(numberText(12_345)).toBe(number);
  expect(counted(12_345, '{0} file', '{0} files')).toBe(`${number} files`);
  expect(dateText(AT)).toBe(date);
  expect(timeText(AT).replaceAll('\u202f', ' ')).toMatch(time);
  expect(dateTimeText(AT)).toContain(date);
  expect(inSentence('To Push')).toBe(label);
});
