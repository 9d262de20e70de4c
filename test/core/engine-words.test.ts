import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { localError } from '../../src/adapters/fs/refusal.ts';
import { storeFailure } from '../../src/adapters/s3/store-failure.ts';
import { configProblemText } from '../../src/core/config/config-problem.ts';
import { doctorSummary, fine, problem, warning } from '../../src/core/doctor/doctor-line.ts';
import { healthText } from '../../src/core/doctor/folder-health.ts';
import { withholder } from '../../src/core/paths/credential-paths.ts';
import { vetoMessage } from '../../src/core/plan/safety.ts';
import { readSetupField } from '../../src/core/setup/setup-input.ts';
import { asSyncError } from '../../src/engine/remote/store-error.ts';
import { ENGINE_MARK, engineWords } from '../../src/vscode/engine-words.ts';

const bundle = JSON.parse(readFileSync(new URL('../../l10n/bundle.l10n.de.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, string>
>;
const say = engineWords(bundle);

/* As the parts that stand together make them: templates, values that are sentences themselves, and what only signs hold together. */

const refused = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'write' });
const disk = localError('The record `base` could not be written', refused) as { message: string; remedy: string };
const hung = storeFailure(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), {
  what: 'GET of "head.json"',
  bucket: 'b',
  region: 'eu',
  profile: undefined,
  ownKeys: false,
  conditional: false,
});
const offline = asSyncError(hung, 's3://b at http://x');
const emptied = vetoMessage({ kind: 'remote-emptied', baseFiles: 3, generation: 7 });
const name = readSetupField('bucket', 'No_Bucket');
const field = { kind: 'config', source: '.datastore.yaml', line: 4, field: 'root' } as const;
const health = healthText({
  readMs: 2,
  freeBytes: 12e9,
  written: { ok: true, value: { ms: 14, clocks: { own: 9_000, server: 4_000 } } },
});

it.each([
  ['a failure of the disk', disk.message, /^Der Eintrag `base` konnte nicht .*: der Datenträger ist voll \(ENOSPC\)$/],
  ['its remedy, made of two', disk.remedy, /^Schaffen Sie Platz darauf, dann synchronisieren Sie noch einmal\.$/],
  ['a store out of reach', offline.message, /keine Antwort vom Speicher \(.*ECONNREFUSED.*\)/],
  ['what to do about it', offline.remedy, /^Prüfen Sie Netz und `endpoint`; nichts ist verloren/],
  ['a veto', emptied.message, /^das Remote ist leer, und 3 Dateien waren abgeglichen$/],
  ['its way out, a sentence in a sentence', emptied.remedy, /^Sollen sie auch hier .* \(--accept-remote 7\)\.$/],
  [
    'a rule of the configuration',
    name.ok ? '' : name.problem,
    /^"No_Bucket" geht hier nicht; nötig ist ein Bucket-Name/,
  ],
  [
    'the same with its place',
    configProblemText({ ...field, message: 'it must be relative' }),
    /^\.datastore\.yaml:4: root: der Pfad muss relativ sein$/,
  ],
  ['why a file is held back', withholder([])('.env') ?? '', /^Dateien dieses Namens .* "\.env" /],
  [
    'the health of a folder',
    health,
    /^erreichbar \(2 ms\), beschreibbar \(14 ms\), die Uhr hier geht 5\.0 s vor .*, 12 GB frei$/,
  ],
  [
    'a sum',
    doctorSummary([fine('base', ''), problem('proxy', 'failed', '', ''), warning('clock', '', '')]),
    /^1 Problem, 1 Warnung\.$/,
  ],
  ['what nobody has said', 'Access is not allowed with this key', /^Access is not allowed with this key$/],
])('%s', (_, text, german) => {
  expect(say(text)).toMatch(german);
});

it('what a value says is a value: a file of the name of a reason stays', () => {
  expect(engineWords({ [`{0} is lost${ENGINE_MARK}`]: '{0} fehlt', unused: 'x' })('a.txt is lost')).toBe('a.txt fehlt');
});

it('without a text of its own a language says it in English', () => {
  expect(engineWords({})('the root is empty, and 3 files were in step')).toBe(
    'the root is empty, and 3 files were in step',
  );
});
