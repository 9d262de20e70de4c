import { bytesText, countText } from '../../core/quantities.ts';
import type { SetupReport } from '../../engine/setup/setup.ts';

/** What a set-up came to, in a sentence or two. `place` as people name it. */
export function outcomeText(name: string, place: string, { files, bytes, notes, done }: SetupReport): string {
  const what = files === 0 ? '' : `: ${countText(files, 'file')}, ${bytesText(bytes)}`;
  const more = notes.map((note) => ` ${note}`).join('');
  const ignored = done.some(({ kind }) => kind === 'ignore') ? ' and .gitignore' : '';
  return `“${name}” is set up with ${place}${what}. Commit .datastore.yaml${ignored}, and your team has it too.${more}`;
}

/** Everything that was found, done and left over, to be read and copied. */
export function reportLines(name: string, report: SetupReport): readonly string[] {
  const { done, conflicts, problems, notes } = report;
  return [
    `Set-up of ${name}`,
    '',
    ...done.map(({ text }) => `✓ ${text}`),
    ...conflicts.map((path) => `conflict  ${path}`),
    ...problems.map(({ path, reason }) => `problem  ${path}: ${reason}`),
    ...notes,
  ];
}
