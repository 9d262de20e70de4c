const BEGIN = '# datastore-sync begin';
const END = '# datastore-sync end';

/**
 * A `.gitignore` (null: there is none) with these lines in our marked section, the rest and its line endings as they were. What the
 * section has already stays: its folder may still be there, and a person may have written it.
 */
export function withIgnored(text: string | null, lines: readonly string[]): string {
  const found = text ?? '';
  const eol = /\r?\n/.exec(found)?.[0] ?? '\n';
  const rows = found === '' ? [] : found.replace(/\r?\n$/, '').split(/\r?\n/);
  const first = rows.indexOf(BEGIN);
  const end = first < 0 ? -1 : rows.indexOf(END, first);
  // A begin without an end is none of ours.
  const begin = end < 0 ? -1 : rows.lastIndexOf(BEGIN, end);
  const kept = end < 0 ? [] : rows.slice(begin + 1, end);
  const section = [BEGIN, ...kept, ...lines.filter((line) => !kept.includes(line)), END];
  if (end >= 0) {
    if (section.join('\n') === rows.slice(begin, end + 1).join('\n')) return found;
    // Only these rows: other lines may end otherwise.
    const [before, after] = [offsetOf(found, begin), offsetOf(found, end + 1)];
    const closed = after < found.length || found.endsWith('\n') ? eol : '';
    return `${found.slice(0, before)}${section.join(eol)}${closed}${found.slice(after)}`;
  }
  const gap = found === '' ? '' : `${found.endsWith('\n') ? '' : eol}${rows.at(-1) === '' ? '' : eol}`;
  return `${found}${gap}${section.join(eol)}${eol}`;
}

/** A folder relative to the workspace as a rule that matches only it. */
export const ignoreRule = (folder: string): string => `/${folder.replaceAll(/[\\*?[\]!#]| +$/g, String.raw`\$&`)}/`;

/** What that folder is called after it was moved aside, whatever the date. */
export const asideRule = (folder: string): string => `${ignoreRule(folder).slice(0, -1)}${ASIDE}`;

const ASIDE = '.[0-9]*/';

function offsetOf(text: string, row: number): number {
  let at = 0;
  for (let passed = 0; passed < row; passed += 1) {
    const next = text.indexOf('\n', at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  return at;
}
