import { SyntaxKind } from 'typescript/unstable/ast';
import { createScanner } from 'typescript/unstable/ast/scanner';

/** A string of a program, or one piece of a template. */
export interface Literal {
  readonly text: string;
  readonly line: number;
  readonly isPiece: boolean;
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
  let before = SyntaxKind.Unknown;
  let name = '';
  let hasFunction = false;

  function add(isPiece: boolean) {
    found.push({
      text: scanner.getTokenValue(),
      line: source.slice(0, scanner.getTokenStart()).split('\n').length,
      isPiece,
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
    if (LITERALS.has(token))
      add(token !== SyntaxKind.StringLiteral && token !== SyntaxKind.NoSubstitutionTemplateLiteral);
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

const LITERALS = new Set<SyntaxKind>([
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateHead,
  SyntaxKind.TemplateMiddle,
  SyntaxKind.TemplateTail,
]);

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
