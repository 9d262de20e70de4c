import { isMap, isNode, isScalar, type Node, type Pair, parse, parseDocument } from 'yaml';
import { editFields, type FieldChange, type FieldSpan } from '../core/config/config-write.ts';
import { bad, ok, type Result } from '../core/errors.ts';

/**
 * A YAML text with top fields changed: comments, order and everything else stay byte for byte. The problem says why it cannot be
 * edited so.
 */
export function editYaml(given: string, changes: readonly FieldChange[]): Result<string> {
  // The parser takes the mark for nothing, so that it counts in no offset.
  const mark = given.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
  const text = given.slice(mark.length);
  const document = parseDocument(text, { prettyErrors: false, version: '1.2' });
  const { contents } = document;
  const top = contents === null || isEmptyNode(contents) ? null : contents;
  if (document.errors.length > 0) return bad('it is not valid YAML');
  if (top !== null && (!isMap<Node, Node | null>(top) || top.flow === true)) return bad('it is not one field a line');
  const spans: (FieldSpan | null)[] = top === null ? [] : top.items.map((pair) => spanOf(text, pair));
  if (spans.some((span) => span === null)) return bad('it has composed keys');
  const found = spans.filter((span) => span !== null);
  const result = editFields(text, found, changes);
  const names = found.map(({ name }) => name);
  return says(result, changes) && new Set(names).size === names.length
    ? ok(mark + result)
    : bad('it is written in a way that this program does not edit');
}

const BYTE_ORDER_MARK = '\ufeff';

/** A value that nothing was written for. */
export const isEmptyNode = (node: Node | null): boolean =>
  isScalar(node) && node.value === null && (node.source ?? '') === '';

/** The proof of the edit: another reading of the text finds what was to be written. */
function says(text: string, changes: readonly FieldChange[]): boolean {
  let found: unknown;
  try {
    found = parse(text, { prettyErrors: false, version: '1.2' });
  } catch {
    return false;
  }
  const fields = new Map(Object.entries(typeof found === 'object' && found !== null ? found : {}));
  return changes.every(({ name, value }) => JSON.stringify(fields.get(name) ?? null) === JSON.stringify(value));
}

function spanOf(text: string, { key, value }: Pair<Node, Node | null>): FieldSpan | null {
  if (!isScalar(key) || key.range === null || key.range === undefined) return null;
  const [start, keyEnd] = key.range;
  const name = String(key.value);
  const colon = text.indexOf(':', keyEnd) + 1;
  const range = isNode(value) ? value.range : null;
  if (range === null || range === undefined || isEmptyNode(value))
    return { name, start, valueStart: colon, valueEnd: colon };
  const written = text.slice(range[0], range[1]).trimEnd();
  return { name, start, valueStart: range[0], valueEnd: range[0] + written.length };
}
