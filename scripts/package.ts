import { spawnSync } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createVSIX, listFiles, PackageManager } from '@vscode/vsce';
import { belongs } from './package-contents.ts';

/* npm run package: builds, writes datastore-sync-VERSION.vsix, prints what is in it, and fails over 1 MB or on a stranger. */
const project = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const MOST_BYTES = 1_000_000;
const built = spawnSync(process.execPath, ['esbuild.mjs', 'extension'], { cwd: project, stdio: 'inherit' });
if (built.status !== 0) process.exit(1);

const { version } = JSON.parse(await readFile(`${project}/package.json`, 'utf8')) as { version: string };
const packagePath = process.argv[2] ?? `${project}/datastore-sync-${version}.vsix`;
await createVSIX({
  cwd: project,
  packagePath,
  dependencies: false,
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
});

const files = (await listFiles({ cwd: project, packageManager: PackageManager.None })).toSorted();
let unpacked = 0;
for (const file of files) {
  const { size } = await stat(`${project}/${file}`);
  unpacked += size;
  process.stdout.write(`${String(size).padStart(9)}  ${file}\n`);
}
const { size } = await stat(packagePath);
process.stdout.write(
  `${String(unpacked).padStart(9)}  in ${files.length} files\n${String(size).padStart(9)}  ${packagePath}\n`,
);

const strangers = files.filter((file) => !belongs(file));
if (strangers.length > 0) process.stderr.write(`does not belong into the package: ${strangers.join(', ')}\n`);
if (size > MOST_BYTES) process.stderr.write(`the package has ${size} bytes; ${MOST_BYTES} are allowed\n`);
if (strangers.length > 0 || size > MOST_BYTES) process.exitCode = 1;
