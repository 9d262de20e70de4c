import { execFileSync } from 'node:child_process';

/** Short hash of the commit that is checked out, which figures are of. */
export const commitHere = (): string =>
  execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' }).trim();

/** When, by which command, of which commit. */
export const provenance = (command: string): string =>
  `${new Date().toISOString().slice(0, 10)}, commit ${commitHere()}: \`${command}\``;
