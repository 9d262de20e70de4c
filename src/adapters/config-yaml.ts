import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { RawField, RawNode } from '../core/config/config-shape.ts';
import { bad, ok, type Result } from '../core/errors.ts';
import { isEmptyNode } from './config-yaml-edit.ts';

export interface YamlProblem {
  readonly line: number;
  readonly message: string;
}

/**
 * A YAML text as a document with lines. `only`: the value of that field of the top map; null when it is absent.
 * An empty text is an empty map. Aliases are refused: a small file could unfold into a huge one.
 */
export function parseYaml(text: string, only: string | null): Result<RawNode | null, readonly YamlProblem[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const problems: YamlProblem[] = [...document.errors].map(({ pos, message }) => ({
    line: lines.linePos(pos[0]).line,
    message: `not valid YAML: ${message}`,
  }));
  const lineOf = (node: Node | null): number => lines.linePos(node?.range?.[0] ?? 0).line;

  const convert = (node: Node | null): RawNode => {
    const line = lineOf(node);
    if (isMap<Node, Node | null>(node)) {
      const fields = node.items.map((pair): RawField => {
        const name = isScalar(pair.key) ? String(pair.key.value) : '(a composed key)';
        const at = lineOf(pair.key);
        const value = pair.value === null ? ({ kind: 'scalar', value: null, line: at } as const) : convert(pair.value);
        return { name, line: at, node: value };
      });
      return { kind: 'map', fields, line };
    }
    if (isSeq<Node>(node)) return { kind: 'list', items: node.items.map(convert), line };
    if (isAlias(node))
      problems.push({ line, message: `*${node.source}: aliases are not supported here; write the value out` });
    const value: unknown = isScalar(node) ? node.value : null;
    const known =
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null;
    return { kind: 'scalar', value: known ? value : '(a value of another kind)', line };
  };

  // Also of a document of which only the marks are written.
  const top = document.contents === null || isEmptyNode(document.contents) ? null : document.contents;
  if (problems.length > 0) return bad(problems);
  const wanted =
    only === null ? top : isMap<Node, Node | null>(top) ? (top.get(only, true) as Node | undefined) : undefined;
  const node =
    wanted === undefined || (wanted === null && only !== null)
      ? null
      : wanted === null
        ? { kind: 'map' as const, fields: [], line: 1 }
        : convert(wanted);
  return problems.length > 0 ? bad(problems) : ok(node);
}
