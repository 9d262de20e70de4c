import { engineWords } from './engine-words.ts';

type Argument = string | number;

/** A message in English with `{0}`, `{1}` … for its arguments: what VS Code's own `l10n.t` takes. */
export type Translate = (message: string, ...args: Argument[]) => string;

/* One language a process: VS Code is started anew for another. English until it is told, as where rows are drawn without VS Code. */
let translate: Translate = (message, ...args) =>
  message.replaceAll(/\{(\d+)\}/g, (hole, index: string) => String(args[Number(index)] ?? hole));
let language = 'en';
let engine: (text: string) => string = (text) => text;

/** Everything a person reads goes through here or `counted`, with a literal as message: the bundles in `l10n/` are looked up by it. */
export const t: Translate = (message, ...args) => translate(message, ...args);

/** `{0}` is the count, written as people write it: `counted(2000, '{0} file', '{0} files')`. */
export const counted = (count: number, one: string, many: string): string =>
  translate(count === 1 ? one : many, new Intl.NumberFormat(language).format(count));

/** What core, engine or adapters have said, in English: messages, remedies, reasons, lines of reports. */
export const said = (text: string): string => engine(text);

/** Speaks with the words of VS Code's bundle from now on; without one it is English. `as` is a language tag such as `de` or `pt-br`. */
export function speak(words: Translate, as: string, bundle?: Readonly<Record<string, string>>): void {
  translate = words;
  language = Intl.NumberFormat.supportedLocalesOf(as)[0] ?? 'en';
  engine = bundle === undefined ? (text) => text : engineWords(bundle);
}
