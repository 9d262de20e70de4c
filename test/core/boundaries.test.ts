import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const project = fileURLToPath(new URL('../..', import.meta.url));
const sources = globSync('src/**/*.ts', { cwd: project });
/** As they are written where they name a package, from the project's folder where they name a file. */
const imports = (file: string): readonly string[] =>
  [...readFileSync(join(project, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name = '']) =>
    name.startsWith('.') ? join(dirname(file), name) : name,
  );

describe('imports point one way', () => {
  const rows: readonly [room: string, allowed: RegExp, what: string][] = [
    ['core', /^src\/core\//, 'core imports nothing outside itself'],
    ['engine', /^(src\/(core|engine)\/|p-limit$)/, 'engine imports core and its own ports'],
    [
      'adapters',
      /^(src\/(core|adapters)\/|src\/engine\/ports\.ts$|(?!vscode$)[^s]|s(?!rc\/))/,
      'adapters import core and engine/ports',
    ],
    ['vscode', /^(src\/(core|engine|vscode)\/|(?!@aws-sdk)[^s])/, 'vscode never names the CLI, an adapter or the SDK'],
    [
      'cli',
      /^(src\/(core|engine|cli)\/|(?!@aws-sdk|vscode$)[^s]|s(?!rc\/))/,
      'cli never names VS Code, an adapter or the SDK',
    ],
  ];
  it.each(rows)('%s: %s', (room, allowed) => expect(strangers(`src/${room}/`, allowed)).toEqual([]));

  // Each may import those before it.
  const order: readonly [room: string, inside: readonly string[]][] = [
    ['core', ['paths', 'format', 'plan', 'status', 'verify', 'garbage', 'config', 'setup', 'doctor']],
    [
      'engine',
      [
        'ports',
        'remote',
        'state',
        'contents',
        'lease',
        'root',
        'cycle',
        'undo',
        'verify',
        'garbage',
        'checkup',
        'setup',
        'coordinator',
      ],
    ],
  ];
  it.each(
    order.flatMap(([room, inside]) => inside.map((name, place) => ({ room, name, known: inside.slice(0, place + 1) }))),
  )('$room/$name imports what stands before it', ({ room, name, known }) => {
    const before = new RegExp(`^src/(?!${room}/[\\w-]+/)|^src/${room}/(?:${known.join('|')})/|^[^s]`);
    expect(strangers(`src/${room}/${name}/`, before)).toEqual([]);
  });
  it.each(order)('every folder of %s has its place in that order', (room, inside) => {
    const folders = sources.flatMap((file) => new RegExp(`^src/${room}/([\\w-]+)/`).exec(file)?.[1] ?? []);
    expect([...new Set(folders)].toSorted()).toEqual(inside.toSorted());
  });

  function strangers(folder: string, allowed: RegExp): readonly string[] {
    const files = sources.filter((file) => file.startsWith(folder));
    expect(files.length).toBeGreaterThan(0);
    return files.flatMap((file) =>
      imports(file)
        .filter((name) => !allowed.test(name))
        .map((name) => `${file}: ${name}`),
    );
  }
});

describe('time and randomness come through ports', () => {
  const banned =
    /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.now\b|\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b|\brandomUUID\b|\brandomBytes\b/;
  it('no other file of src names them', () => {
    const code = (file: string) => readFileSync(join(project, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    expect(sources.filter((file) => file !== 'src/adapters/system.ts' && banned.test(code(file)))).toEqual([]);
    expect(banned.test(code('src/adapters/system.ts'))).toBe(true);
  });
});

describe('the compiler keeps the core pure', () => {
  const rows: readonly [what: string, line: string, accepted: boolean][] = [
    ['a plain value is accepted', 'export const a = 1;', true],
    ['a Node module is refused', "import 'node:fs';", false],
    ['the process is refused', 'export const a = process.pid;', false],
    ['a timer is refused', 'setTimeout(() => {}, 1);', false],
    ['the network is refused', "void fetch('http://127.0.0.1');", false],
  ];
  it.each(rows)('%s', (_what, line, accepted) => {
    const folder = mkdtempSync(join(project, 'test-results-'));
    try {
      writeFileSync(join(folder, 'line.ts'), `${line}\nexport {};\n`);
      writeFileSync(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ extends: '../src/core/tsconfig.json', include: ['*.ts'] }),
      );
      const { status } = spawnSync(process.execPath, [join(project, 'node_modules/typescript/bin/tsc'), '-p', folder]);
      expect(status === 0).toBe(accepted);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
