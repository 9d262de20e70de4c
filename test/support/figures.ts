import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const page = fileURLToPath(new URL('../../docs/safety.md', import.meta.url));

/** Puts measured figures (Markdown) between `<!-- name -->` and `<!-- /name -->` of docs/safety.md. Throws where the page has no such place. */
export function writeFigures(name: string, markdown: string): void {
  const text = readFileSync(page, 'utf8');
  const start = text.indexOf(`<!-- ${name} -->`);
  const end = text.indexOf(`<!-- /${name} -->`);
  if (start < 0 || end < start) throw new Error(`docs/safety.md has no place named ${name}`);
  const opening = text.slice(0, start + `<!-- ${name} -->`.length);
  writeFileSync(page, `${opening}\n${markdown.trim()}\n${text.slice(end)}`);
}
