import { isMap, isNode, isScalar, Lexer, type Node, type Pair, parse, parseDocument } from 'yaml';
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
  const comments = commentsOf(text);
  const spans: (FieldSpan | null)[] = top === null ? [] : top.items.map((pair) => spanOf(text, pair, comments));
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

interface Comment {
  /** From the `#` on. */
  readonly text: string;
  readonly at: number;
}

/** What the parser's lexer says beside the text: a document begins, a flow ends, a scalar follows. */
const [DOCUMENT, FLOW_END, SCALAR] = ['\u0002', '\u0018', '\u001f'];

function commentsOf(text: string): readonly Comment[] {
  const comments: Comment[] = [];
  let at = 0;
  let before = '';
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme.startsWith('#') && before !== SCALAR) comments.push({ text: lexeme, at });
    if (lexeme !== DOCUMENT && lexeme !== FLOW_END && lexeme !== SCALAR) at += lexeme.length;
    before = lexeme;
  }
  return comments;
}

function spanOf(text: string, { key, value }: Pair<Node, Node | null>, comments: readonly Comment[]): FieldSpan | null {
  if (!isScalar(key) || key.range === null || key.range === undefined) return null;
  const [start, keyEnd] = key.range;
  const name = String(key.value);
  const colon = text.indexOf(':', keyEnd) + 1;
  const range = isNode(value) ? value.range : null;
  if (range === null || range === undefined || isEmptyNode(value))
    return { name, start, valueStart: colon, valueEnd: colon, comments: within(colon) };
  const valueEnd = range[0] + text.slice(range[0], range[1]).trimEnd().length;
  return { name, start, valueStart: range[0], valueEnd, comments: within(valueEnd) };

  /** To the end of the line. */
  function within(end: number): readonly string[] {
    const found = text.indexOf('\n', end);
    const isIn = ({ at }: Comment): boolean => at > start && (found < 0 || at < found);
    return comments.filter(isIn).map((comment) => comment.text.trimEnd());
  }
}
