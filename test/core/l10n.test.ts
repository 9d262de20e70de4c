import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, it } from 'vitest';
import { ENGINE_MARK, engineWords } from '../../src/vscode/engine-words.ts';
import { engineTexts } from './engine-texts.ts';
import { type Literal, literalsOf } from './literals.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const table = (path: string) => JSON.parse(read(path)) as Readonly<Record<string, string>>;
const project = new URL('../..', import.meta.url).pathname;

interface Placed extends Literal {
  readonly at: string;
}

const files = globSync('src/vscode/**/*.ts', { cwd: project }).map((path) => path.replaceAll('\\', '/'));
const literals: readonly Placed[] = files.flatMap((path) =>
  literalsOf(read(path)).map((one) => ({ ...one, at: `${path}:${one.line}: ${one.text}` })),
);
const innermost = ({ calls }: Literal) => calls.at(-1);
const keys = literals.filter((one) => {
  const call = innermost(one);
  return (call?.name === 't' && call.argument === 0) || (call?.name === 'counted' && call.argument > 0);
});

const german = table('l10n/bundle.l10n.de.json');
const holes = (text: string) => [...text.matchAll(/\{\d+\}/g)].map(([hole]) => hole).toSorted();

it('there are texts', () => {
  expect(keys.length).toBeGreaterThan(200);
});

it('every text has a German one', () => {
  expect([...new Set(keys.map(({ text }) => text))].filter((text) => !german[text]?.trim())).toEqual([]);
});

const engine = engineTexts(project);
const ofEngine = Object.entries(german).filter(([key]) => key.endsWith(ENGINE_MARK));

it('every text of core, engine and adapters that a window can show has a German one', () => {
  expect([...engine.needed].filter((text) => !german[text + ENGINE_MARK]?.trim())).toEqual([]);
});

it('no German text is of a text that is gone', () => {
  const used = new Set(keys.map(({ text }) => text));
  const isUsed = (key: string) =>
    key.endsWith(ENGINE_MARK) ? engine.known.has(key.slice(0, -ENGINE_MARK.length)) : used.has(key);
  expect(Object.keys(german).filter((key) => !isUsed(key))).toEqual([]);
});

it('each text of the engine is found by its own template, whatever stands in it', () => {
  const say = engineWords(german);
  const filled = (text: string) => text.replaceAll(/\{(\d)\}/g, (_, nth: string) => `${nth}7 kB`);
  const astray = ofEngine
    .map(([key, words]) => [filled(key.slice(0, -ENGINE_MARK.length)), filled(words)] as const)
    .filter(([text, words]) => say(text) !== words);
  expect(astray).toEqual([]);
});

it('German texts have the same places for values, and the same icons', () => {
  const differs = ([text, words]: readonly [string, string]) =>
    String(holes(text)) !== String(holes(words)) ||
    String(text.match(/\$\([\w~-]+\)/g)) !== String(words.match(/\$\([\w~-]+\)/g));
  expect(Object.entries(german).filter(differs)).toEqual([]);
});

it('a text is one literal, so that it can be looked up', () => {
  expect(keys.filter(({ isPiece }) => isPiece).map(({ at }) => at)).toEqual([]);
});

/** What is loaded with the extension, before it is activated; the rest is loaded when it is asked for. */
function loadedAtOnce(path: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const [, target = ''] of read(path).matchAll(/^(?:import|export) (?!type)[^;]*? from '(\.[^']+)'/gm))
    loadedAtOnce(posix.join(posix.dirname(path), target), found);
  return found;
}

it('no text is made while modules load, before the language is known', () => {
  const atOnce = loadedAtOnce('src/extension.ts');
  expect(atOnce.has('src/vscode/commands/show-commands.ts')).toBe(true);
  expect(atOnce.has('src/vscode/setup/wizard.ts')).toBe(false);
  expect(keys.filter(({ isAtLoad, at }) => isAtLoad && atOnce.has(at.replace(/:.*/s, ''))).map(({ at }) => at)).toEqual(
    [],
  );
});

/** Two words, or one with a capital letter: what nobody would write but for people. */
const isProse = ({ text, isPiece }: Literal) =>
  /\p{L}{2,}[,.:;]? +\p{L}/u.test(text) ||
  /^[A-Z]\p{L}+…?$/u.test(text) ||
  (isPiece && / /.test(text) && /(^| )\p{L}{2,}[.,:]?( |$)/u.test(text));

/** Not for people, or for people of every language. */
const EXEMPT: readonly RegExp[] = [
  // Programs and models read these.
  /^src\/vscode\/(api|tools)\//,
  // Topics as the engine names them, each beside its text.
  /^src\/vscode\/render\/doctor-report\.ts:\d+: [a-z]+ [a-z]+$/,
  // A file for the whole team.
  /^src\/vscode\/commands\/show-commands\.ts:\d+: # What this workspace shares/,
  // Names.
  /: ((\) )?Datastore(: )?|, VS Code |AWS |statusBarItem\.|Background|\$\(cloud\) Amazon S3|AKIA…)$/,
];

it('nothing that people read goes past the translations, as far as a literal tells', () => {
  const past = literals.filter(
    (one) =>
      isProse(one) &&
      !one.isImport &&
      !one.calls.some(({ name }) => /^(t|counted)$|(^|\.)log\.\w+$|^(Range|Type)?Error$/.test(name)) &&
      !EXEMPT.some((pattern) => pattern.test(one.at)),
  );
  expect(past.map(({ at }) => at)).toEqual([]);
});

const english = table('package.nls.json');
const manifest = read('package.json');

it('every text of the manifest is in both tables, and used', () => {
  const named = [...manifest.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key ?? '');
  expect(Object.keys(english).toSorted()).toEqual([...new Set(named)].toSorted());
  expect(Object.keys(table('package.nls.de.json')).toSorted()).toEqual(Object.keys(english).toSorted());
});

it('German texts of the manifest run the same commands', () => {
  const links = (text = '') => [...text.matchAll(/\]\(([^)]+)\)/g)].map((found) => String(found[1])).toSorted();
  const words = table('package.nls.de.json');
  expect(Object.keys(english).filter((key) => String(links(english[key])) !== String(links(words[key])))).toEqual([]);
});
