import { SyntaxKind } from 'typescript/unstable/ast';
import { createScanner } from 'typescript/unstable/ast/scanner';

/** A string of a program, or one piece of a template. */
export interface Literal {
  readonly text: string;
  readonly line: number;
  readonly isPiece: boolean;
  /** The whole string, a `{0}`, `{1}` … for each value in it; null but at the end of one. */
  readonly whole: string | null;
  /** A path of an import. */
  readonly isImport: boolean;
  /** The calls it stands in, from the outermost to the innermost, as they are written (`ui.log.warn`), with its place among the arguments. */
  readonly calls: readonly { readonly name: string; readonly argument: number }[];
  /** Whether it is evaluated when the module is loaded, not when a function of it is called. */
  readonly isAtLoad: boolean;
}

interface Open {
  readonly close: SyntaxKind;
  readonly call: string | null;
  argument: number;
}

/** All string literals of a TypeScript file. */
export function literalsOf(source: string): readonly Literal[] {
  const scanner = createScanner(true, undefined, source);
  const found: Literal[] = [];
  const open: Open[] = [];
  const templates: { text: string; holes: number }[] = [];
  let before = SyntaxKind.Unknown;
  let name = '';
  let hasFunction = false;

  /** Templates can stand in the values of others. */
  function wholeOf(token: SyntaxKind, text: string): string | null {
    if (!PIECES.has(token)) return text;
    if (token === SyntaxKind.TemplateHead) templates.push({ text: '', holes: 0 });
    const top = templates.at(-1);
    if (top === undefined) return null;
    top.text += text;
    if (token === SyntaxKind.TemplateTail) return templates.pop()?.text ?? null;
    top.text += `{${top.holes++}}`;
    return null;
  }

  function add(token: SyntaxKind) {
    const text = scanner.getTokenValue();
    found.push({
      text,
      line: source.slice(0, scanner.getTokenStart()).split('\n').length,
      isPiece: PIECES.has(token),
      whole: wholeOf(token, text),
      isImport: before === SyntaxKind.FromKeyword || before === SyntaxKind.ImportKeyword,
      calls: open.flatMap(({ call, argument }) => (call === null ? [] : [{ name: call, argument }])),
      isAtLoad: !hasFunction,
    });
  }

  /** What the token opens or closes. */
  function nest(token: SyntaxKind) {
    const top = open.at(-1);
    const close = CLOSES.get(token);
    const isCall = token === SyntaxKind.OpenParenToken && before === SyntaxKind.Identifier;
    if (close !== undefined) open.push({ close, call: isCall ? name : null, argument: 0 });
    else if (token === top?.close) open.pop();
    else if (token === SyntaxKind.CommaToken && top !== undefined) top.argument += 1;
    else if (FUNCTIONS.has(token)) hasFunction = true;
    else if (token === SyntaxKind.SemicolonToken && top === undefined) hasFunction = false;
  }

  for (let token = scanner.scan(); token !== SyntaxKind.EndOfFile; token = scanner.scan()) {
    if (token === SyntaxKind.SlashToken && !VALUES.has(before)) token = scanner.reScanSlashToken();
    if (token === SyntaxKind.CloseBraceToken && open.at(-1)?.close === SyntaxKind.TemplateTail)
      token = scanner.reScanTemplateToken(false);
    if (PIECES.has(token) || STRINGS.has(token)) add(token);
    nest(token);
    const isName: boolean = token === SyntaxKind.Identifier || before === SyntaxKind.DotToken;
    if (isName) name = before === SyntaxKind.DotToken ? `${name}.${scanner.getTokenText()}` : scanner.getTokenText();
    before = isName ? SyntaxKind.Identifier : token;
  }
  return found;
}

const CLOSES = new Map<SyntaxKind, SyntaxKind>([
  [SyntaxKind.OpenParenToken, SyntaxKind.CloseParenToken],
  [SyntaxKind.OpenBracketToken, SyntaxKind.CloseBracketToken],
  [SyntaxKind.OpenBraceToken, SyntaxKind.CloseBraceToken],
  [SyntaxKind.TemplateHead, SyntaxKind.TemplateTail],
]);

const STRINGS = new Set<SyntaxKind>([SyntaxKind.StringLiteral, SyntaxKind.NoSubstitutionTemplateLiteral]);
const PIECES = new Set<SyntaxKind>([SyntaxKind.TemplateHead, SyntaxKind.TemplateMiddle, SyntaxKind.TemplateTail]);

/** After these a slash divides. */
const VALUES = new Set<SyntaxKind>([
  SyntaxKind.Identifier,
  SyntaxKind.NumericLiteral,
  SyntaxKind.CloseParenToken,
  SyntaxKind.CloseBracketToken,
]);

const FUNCTIONS = new Set<SyntaxKind>([
  SyntaxKind.FunctionKeyword,
  SyntaxKind.EqualsGreaterThanToken,
  SyntaxKind.ClassKeyword,
]);
