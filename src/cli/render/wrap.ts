import type { Output } from '../host.ts';

/** Columns of a terminal, or of what is made for one. */
export const WIDTH = 80;

/** Lines as a terminal shows them best: words stay whole, what goes on is indented. Elsewhere a line is a line. */
export const fitted = ({ isTerminal, columns }: Output, lines: readonly string[]): string[] =>
  isTerminal ? lines.flatMap((line) => wrap(line, `  ${leadingSpace(line)}`, columns)) : [...lines];

/** Lines of at most `width` columns where words allow; those after the first begin with `indent`. Colours take no place. */
export function wrap(text: string, indent = '', width = WIDTH): string[] {
  const lines: string[] = [];
  const lead = leadingSpace(text);
  let line = '';
  for (const word of text.slice(lead.length).split(' ')) {
    const longer = line === '' ? lead + word : `${line} ${word}`;
    if (columnsOf(longer) > width && line !== '') {
      lines.push(line);
      line = indent + word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

const leadingSpace = (line: string): string => /^ */.exec(line)?.[0] ?? '';

const COLOUR = new RegExp(`${String.fromCodePoint(27)}\\[[0-9;]*m`, 'g');

const columnsOf = (text: string): number => text.replaceAll(COLOUR, '').length;
