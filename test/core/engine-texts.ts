import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Literal, literalsOf } from './literals.ts';

/** What core, engine and adapters say in English, values as `{0}`, `{1}` …: as a window has to be able to say it in another language. */
export interface EngineTexts {
  /** Words for people. */
  readonly needed: ReadonlySet<string>;
  /** All that is there, single words among it. */
  readonly known: ReadonlySet<string>;
}

const ROOMS = ['src/{core,engine,adapters}/**/*.ts', 'src/wire-{datastore,setup,setup-config,held-folder,checkup}.ts'];

/** Of the CLI alone, or of records and the network: no window shows them. */
const ELSEWHERE: readonly RegExp[] = [
  /^src\/engine\/phase-costs\.ts$/,
  /^src\/adapters\/(plan-file|cpu-profile|child-program|terminal-output|compile-cache|store\/memory-store)\.ts$/,
  /^src\/core\/plan\/parse-plan-record\.ts$/,
  /^src\/core\/format\/(?!lock-record|lease-holder)/,
];

/** Not for people, or the same in every language. */
const EXEMPT =
  /^(inotify wd|Application Support|aws sso login.*|# datastore-sync \w+|(race|scratch) \{0\}\n|AWS \{0\}|s3:\/\/.*|\{0\} \{1\}, Node \{2\}|\{0\} ms|at once|in time)$/;

/** Topics of a checkup: a window names them itself. */
const TOPIC = /^(shared folder|in use|safe writes|state folder|free space)$/;

/** Two words, or a value among words. */
const isProse = (text: string, hasValues: boolean): boolean =>
  /\p{L}{2,}[,.:;]? +\p{L}/u.test(text) ||
  /^an? \p{L}{3,}/u.test(text) ||
  (hasValues && / /.test(text) && /(^| )\p{L}{2,}[.,:]?( |$)/u.test(text));

export function engineTexts(project: string): EngineTexts {
  const [needed, known] = [new Set<string>(), new Set<string>()];
  for (const path of ROOMS.flatMap((room) => globSync(room, { cwd: project })).map((one) =>
    one.replaceAll('\\', '/'),
  )) {
    if (ELSEWHERE.some((pattern) => pattern.test(path))) continue;
    for (const literal of literalsOf(readFileSync(join(project, path), 'utf8'))) {
      const { whole, isImport } = literal;
      if (whole === null || isImport) continue;
      const isCounted = literal.calls.at(-1)?.name === 'countText';
      const texts = isCounted ? [`{0} ${whole}`, `{0} ${whole}s`] : [whole];
      for (const text of texts) known.add(text);
      if (
        isCounted ||
        (isProse(whole, HOLE.test(whole)) && isShown(literal) && !EXEMPT.test(whole) && !TOPIC.test(whole))
      )
        for (const text of texts) needed.add(text);
    }
  }
  return { needed, known };
}

const HOLE = /\{\d\}/;

/** The log is English; so is what asks for a look, and a defect's name. */
const isShown = ({ calls }: Literal): boolean =>
  !calls.some(({ name }) => /(^|\.)log\.\w+$|^(Range|Type)?Error$|^(want|again)$/.test(name));
