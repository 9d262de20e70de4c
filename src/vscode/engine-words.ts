/** In a bundle, the texts of core and engine stand apart from those of `t`: with this behind them, as a comment would. */
export const ENGINE_MARK = '/engine';

interface Template {
  readonly pattern: RegExp;
  readonly words: string;
  /** Letters of its own. The more, the less it can be taken for another. */
  readonly weight: number;
  readonly isWeak: boolean;
  /** Of each value: a name between quotes, which stays as it is. */
  readonly isName: readonly boolean[];
}

/**
 * Says in another language what core and engine say in English: they know no window, and the CLI stays English. A text is found by
 * the template it was made from, the values in it by theirs; what nothing is known of stays as it is.
 */
export function engineWords(bundle: Readonly<Record<string, string>>): (text: string) => string {
  const entries = Object.entries(bundle).flatMap(([key, words]): [string, string][] =>
    key.endsWith(ENGINE_MARK) ? [[key.slice(0, -ENGINE_MARK.length), words]] : [],
  );
  const whole = new Map(entries.filter(([text]) => !HOLE.test(text)));
  const templates = entries
    .filter(([text]) => HOLE.test(text))
    .map(templateOf)
    .toSorted((one, other) => other.weight - one.weight);
  const known = new Map<string, string>();

  function say(text: string): string {
    const found = known.get(text);
    if (found !== undefined) return found;
    // Texts name paths: there is no end of them.
    if (known.size >= MOST_KNOWN) known.clear();
    const said = whole.get(text) ?? decapitalised(text) ?? byTemplate(text) ?? inParts(text);
    known.set(text, said);
    return said;
  }

  /** What begins a sentence here stands within one elsewhere. */
  function decapitalised(text: string): string | null {
    const words = whole.get(text.charAt(0).toLowerCase() + text.slice(1));
    return words === undefined ? null : words.charAt(0).toUpperCase() + words.slice(1);
  }

  function byTemplate(text: string): string | null {
    for (const { pattern, words, isWeak, isName } of templates) {
      const values = pattern.exec(text)?.slice(1);
      if (values === undefined) continue;
      const said = values.map((value, at) => (value === text || isName[at] ? value : say(value)));
      // A word or two are in many sentences: the values tell whether it is this one.
      if (isWeak && !values.some((value, at) => QUANTITY.test(value) || said[at] !== value)) continue;
      return words.replaceAll(HOLES, (_, index: string) => said[Number(index)] ?? '');
    }
    return null;
  }

  /** Texts that are put together with signs alone: each is said by itself. */
  function inParts(text: string): string {
    const glue = GLUES.find((one) => text.includes(one));
    if (glue !== undefined) return text.split(glue).map(say).join(glue);
    const [, words = text, end = ''] = /^(.*?)([.)…]+)$/s.exec(text) ?? [];
    return end === '' ? text : say(words) + end;
  }

  return say;
}

const HOLE = /\{\d+\}/;
const HOLES = /\{(\d+)\}/g;
/** The strongest first. */
const GLUES = ['\n', '; ', ': ', '. ', ', ', ' (', ' — ', ' · '];
const QUANTITY = /^[\d.,]+( \p{L}{1,3})?$/u;
const MOST_KNOWN = 5_000;
const FEW_LETTERS = 6;

function templateOf([text, words]: [string, string]): Template {
  const parts = text.split(HOLES).filter((_, at) => at % 2 === 0);
  const weight = parts.join('').replaceAll(/\P{L}/gu, '').length;
  return {
    pattern: new RegExp(`^${parts.map(literally).join('(.*?)')}$`, 's'),
    words,
    weight,
    isWeak: weight < FEW_LETTERS && parts[0] === '',
    isName: parts.slice(0, -1).map((part) => /[`"“]$/.test(part)),
  };
}

const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
