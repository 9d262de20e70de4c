import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const project = fileURLToPath(new URL('../..', import.meta.url));
const sources = globSync('src/**/*.ts', { cwd: project });
const imports = (file: string): readonly string[] =>
  [...readFileSync(join(project, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(
    ([, name]) => name ?? '',
  );

describe('imports point one way', () => {
  const rows: readonly [room: RegExp, allowed: RegExp, what: string][] = [
    [/^src\/core\//, /^\.\/[\w-]+\.ts$/, 'core imports nothing outside itself'],
    [/^src\/engine\//, /^(\.\/|\.\.\/core\/|p-limit$)/, 'engine imports core and its own ports'],
    [
      /^src\/adapters\//,
      /^(?!vscode$)(?!.*\/(vscode|cli)\/)(?!.*\/engine\/(?!ports\.ts))/,
      'adapters import core and engine/ports',
    ],
    [/^src\/vscode\//, /^(?!@aws-sdk)(?!.*\/(cli|adapters)\/)/, 'vscode never names the CLI, an adapter or the SDK'],
    [
      /^src\/cli\//,
      /^(?!vscode$)(?!@aws-sdk)(?!.*\/(vscode|adapters)\/)/,
      'cli never names VS Code, an adapter or the SDK',
    ],
  ];
  it.each(rows)('%s %s: %s', (room, allowed) => {
    const files = sources.filter((file) => room.test(file));
    expect(files.length).toBeGreaterThan(0);
    const wrong = files.flatMap((file) =>
      imports(file)
        .filter((name) => !allowed.test(name))
        .map((name) => `${file}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });
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
