/** Columns of a terminal, or of what is made for one. */
export const WIDTH = 80;

/** Lines of at most `width` columns where words allow; those after the first begin with `indent`. Colours take no place. */
export function wrap(text: string, indent = '', width = WIDTH): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (columnsOf(longer) > width && line !== '') {
      lines.push(line);
      line = indent + word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

const COLOUR = new RegExp(`${String.fromCodePoint(27)}\\[[0-9;]*m`, 'g');

const columnsOf = (text: string): number => text.replaceAll(COLOUR, '').length;
