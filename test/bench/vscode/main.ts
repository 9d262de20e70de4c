import { parseArgs } from 'node:util';
import { measureBundles } from './bundles.ts';
import { figuresOf, overLimit } from './figures.ts';
import { pageSection, writeSection } from './section.ts';
import { measureWindows } from './windows.ts';

const USAGE = `usage: npm run bench:vscode -- [--files N] [--runs N] [--write PAGE]
  --files N     in one root, a tenth of them in one folder (100000)
  --runs N      windows opened for each figure, whose median is shown (5)
  --write PAGE  puts the figures into the page, for example docs/performance.md
ends with 1 where a limit is broken`;

/** Builds the extension as it is packed, measures it in a real VS Code, and prints what it found. Exits 1 where a limit is broken. */
async function main(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      files: { type: 'string', default: '100000' },
      runs: { type: 'string', default: '5' },
      write: { type: 'string' },
    },
  });
  const [files, runs] = [Number(values.files), Number(values.runs)];
  if (!Number.isInteger(files) || files < 100 || !Number.isInteger(runs) || runs < 1) throw new Error(USAGE);
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const bundles = await measureBundles();
  const windows = await measureWindows({ files, runs, say });
  const command = ['npm run bench:vscode --', ...argv].join(' ');
  const figures = figuresOf({ bundles, windows, files });
  const section = pageSection({ figures, runs, command, date: new Date() });
  process.stdout.write(section);
  if (values.write !== undefined) writeSection(values.write, section);
  const over = overLimit(figures);
  for (const { what, value, unit, most } of over)
    say(`over its limit: ${what}: ${value.toFixed(1)} ${unit}, at most ${most} ${unit}`);
  if (over.length > 0) process.exitCode = 1;
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
