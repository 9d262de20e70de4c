import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listFiles, PackageManager } from '@vscode/vsce';
import { expect, it } from 'vitest';
import { belongs } from '../../scripts/package-contents.ts';

const project = fileURLToPath(new URL('../..', import.meta.url));
const files = await listFiles({ cwd: project, packageManager: PackageManager.None });

it('the package holds nothing but what users need', () => {
  expect(files.filter((file) => !belongs(file))).toEqual([]);
});

it('and all that the manifest and the readme name', () => {
  const manifest = readFileSync(`${project}/package.json`, 'utf8');
  const media = [...manifest.matchAll(/"(media\/[^"]+)"/g)].map(([, path]) => path);
  const pictures = [...readFileSync(`${project}/README.md`, 'utf8').matchAll(/\((docs\/pictures\/[^)]+)\)/g)].map(
    ([, path]) => path,
  );
  expect(pictures.length).toBeGreaterThan(0);
  const needed = [
    ...media,
    ...pictures,
    'package.json',
    'package.nls.json',
    'package.nls.de.json',
    'l10n/bundle.l10n.de.json',
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
  ];
  expect(needed.filter((path) => path !== undefined && !files.includes(path))).toEqual([]);
});

it.each([
  'src/extension.ts',
  'dist/cli.js',
  'dist/extension.meta.json',
  '.env',
  'test/x.test.ts',
  'node_modules/a/package.json',
  'package-lock.json',
  'docs/pictures/../../x.png',
])('%s is none of it', (path) => {
  expect(belongs(path)).toBe(false);
});
