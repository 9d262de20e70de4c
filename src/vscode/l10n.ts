import { engineWords } from './engine-words.ts';

type Argument = string | number;

/** A message in English with `{0}`, `{1}` … for its arguments: what VS Code's own `l10n.t` takes. */
export type Translate = (message: string, ...args: Argument[]) => string;

/* One language a process: VS Code is started anew for another. English until it is told, as where rows are drawn without VS Code. */
let translate: Translate = (message, ...args) =>
  message.replaceAll(/\{(\d+)\}/g, (hole, index: string) => String(args[Number(index)] ?? hole));
let language = 'en';
let bundle: Readonly<Record<string, string>> | undefined;
// Made when they are needed first: both take longer than all the rest of activation.
let numbers: Intl.NumberFormat | null = null;
let engine: ((text: string) => string) | null = null;

/** Everything a person reads goes through here or `counted`, with a literal as message: the bundles in `l10n/` are looked up by it. */
export const t: Translate = (message, ...args) => translate(message, ...args);

/** `{0}` is the count, written as people write it: `counted(2000, '{0} file', '{0} files')`. */
export const counted = (count: number, one: string, many: string): string =>
  translate(count === 1 ? one : many, numberText(count));

/** As people write it: `2,000`. */
export const numberText = (value: number): string => (numbers ??= numbersOf(language)).format(value);

/** With the date and the time of day on this machine, as people write them. Milliseconds since 1970. */
export const dateTimeText = (at: number): string => new Date(at).toLocaleString(supported(language));
export const dateText = (at: number): string => new Date(at).toLocaleDateString(supported(language));
/** `14:05`. */
export const timeText = (at: number): string =>
  new Date(at).toLocaleTimeString(supported(language), { hour: '2-digit', minute: '2-digit' });

/** A heading or label as it stands within a sentence: German writes nouns as they are, and any of its words may be one. */
export const inSentence = (label: string): string => (language.startsWith('de') ? label : label.toLowerCase());

/** What core, engine or adapters have said, in English: messages, remedies, reasons, lines of reports. */
export const said = (text: string): string => (bundle === undefined ? text : (engine ??= engineWords(bundle))(text));

/** Speaks with the words of VS Code's bundle from now on; without one it is English. `as` is a language tag such as `de` or `pt-br`. */
export function speak(words: Translate, as: string, texts?: Readonly<Record<string, string>>): void {
  [translate, language, bundle] = [words, as, texts];
  [numbers, engine] = [null, null];
}

const numbersOf = (tag: string): Intl.NumberFormat => new Intl.NumberFormat(supported(tag));

const supported = (tag: string): string => Intl.NumberFormat.supportedLocalesOf(tag)[0] ?? 'en';
