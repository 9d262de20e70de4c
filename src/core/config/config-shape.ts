import type { Result } from '../errors.ts';
import { didYouMean } from '../nearest-name.ts';

/** A parsed document of any syntax, with the lines (from 1) its parts came from. */
export type RawNode =
  | { readonly kind: 'scalar'; readonly value: Scalar; readonly line: number | null }
  | { readonly kind: 'list'; readonly items: readonly RawNode[]; readonly line: number | null }
  | { readonly kind: 'map'; readonly fields: readonly RawField[]; readonly line: number | null };

export type Scalar = string | number | boolean | null;

export interface RawField {
  readonly name: string;
  readonly line: number | null;
  readonly node: RawNode;
}

/** Takes one problem. `field` is dotted; empty for the whole document. */
export type Report = (line: number | null, field: string, message: string) => void;

/** Reads a value, or reports why not and gives undefined. Goes on after the first problem. */
export type Rule<T> = (node: RawNode, field: string, report: Report) => T | undefined;

export type Shape = Readonly<Record<string, Rule<unknown>>>;
export type Values<S extends Shape> = { readonly [K in keyof S]?: Exclude<ReturnType<S[K]>, undefined> };

/** A single value; `read` gives the problem in words, after the found value. */
export function scalar<T>(read: (value: Scalar) => Result<T>): Rule<T> {
  return (node, field, report) => {
    if (node.kind !== 'scalar') {
      report(node.line, field, `${described(node)} is not a single value`);
      return undefined;
    }
    const result = read(node.value);
    if (result.ok) return result.value;
    report(node.line, field, result.problem);
    return undefined;
  };
}

/** A list; `whenEmpty` says what is wrong with an empty one, null that nothing is. */
export function list<T>(item: Rule<T>, whenEmpty: string | null): Rule<readonly T[]> {
  return (node, field, report) => {
    if (node.kind !== 'list') {
      report(node.line, field, `${described(node)} is not a list (write [a, b])`);
      return undefined;
    }
    if (node.items.length === 0 && whenEmpty !== null) report(node.line, field, whenEmpty);
    const values = node.items.map((entry, index) => item(entry, `${field}[${index}]`, report));
    return values.filter((value): value is NonNullable<typeof value> => value !== undefined);
  };
}

/** A map of known fields, all optional here. `strict` reports every other name. */
export function record<S extends Shape>(shape: S, strict = true): Rule<Values<S>> {
  const known = Object.keys(shape);
  return (node, field, report) => {
    if (node.kind !== 'map') {
      report(node.line, field, `${described(node)} is not a map of fields (${known.join(', ')})`);
      return undefined;
    }
    const values: Record<string, unknown> = {};
    for (const entry of node.fields) {
      const name = field === '' ? entry.name : `${field}.${entry.name}`;
      const rule = Object.hasOwn(shape, entry.name) ? shape[entry.name] : undefined;
      if (rule !== undefined) {
        const value = rule(entry.node, name, report);
        if (value !== undefined) values[entry.name] = value;
      } else if (isSecret(entry.name)) {
        report(entry.line, name, SECRET_REFUSED);
      } else if (strict) {
        report(entry.line, name, `unknown field${didYouMean(entry.name, known)}; known here: ${known.join(', ')}`);
      }
    }
    return values as Values<S>;
  };
}

const SECRET_REFUSED =
  'a secret does not belong here: remove it, and treat it as leaked if it was shared. Name an AWS profile with "profile", or set the AWS_ variables';

/** `aws_secret_access_key`, `accessKeyId`, `sessionToken`, `password`, … */
export const isSecret = (name: string): boolean =>
  /accesskey|secret|sessiontoken|password|passphrase|credential|^token$|apikey/.test(
    name.toLowerCase().replaceAll(/[^a-z]/g, ''),
  );

/** A found value for messages: quoted, cut at 60 characters. */
export function shown(value: Scalar): string {
  if (value === null) return 'nothing';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…"`;
}

function described(node: RawNode): string {
  switch (node.kind) {
    case 'scalar':
      return shown(node.value);
    case 'list':
      return 'a list';
    case 'map':
      return 'a map';
  }
}
