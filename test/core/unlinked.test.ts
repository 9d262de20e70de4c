import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { unlinked } from '../../src/vscode/render/unlinked.ts';

/** As VS Code finds links in messages (its linkedText.ts). */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/gi;

it.each([
  '/[Fix it](command:workbench.action.terminal.sendSequence)',
  'alice [ok](command:datastore.sync)@[ok](https://evil.example)',
  '[[a](command:b)](command:c)',
  '[a](COMMAND:b "title")',
])('%s has no link left', (text) => {
  expect(text.match(LINK)).not.toBeNull();
  expect(unlinked(`{${text}}`).match(LINK)).toBeNull();
});

it('other texts stay as they are', () => {
  for (const text of ['runs[3].json (2)', 'a ] ( b', '“data” is free.']) expect(unlinked(text)).toBe(text);
});

it.each(['notices.ts', 'slow-progress.ts', 'setup/perform.ts'])('%s passes what it shows through it', (file) => {
  const source = readFileSync(new URL(`../../src/vscode/${file}`, import.meta.url), 'utf8');
  expect(source).toMatch(/unlinked\(/);
});
