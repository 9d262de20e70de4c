import { bytesText } from '../../core/quantities.ts';
import { counted, dateTimeText, t } from '../l10n.ts';
import { ago } from './ago.ts';
import type { ListedFile } from './contents-index.ts';
import { lookOf } from './contents-rows.ts';
import { escapeMarkdown } from './markdown.ts';

/** Markdown: everything that is known of a file. `why`: what is said of its state, if anything. `now` in milliseconds since 1970. */
export function fileTooltip(file: ListedFile, why: string, now: number): string {
  const { path, size, mtime, by, generation, sha256, mark } = file;
  const { icon, words } = lookOf(mark);
  const facts: readonly (readonly [string, string | null])[] = [
    [t('Size'), size === null ? null : sizeText(size)],
    [t('Changed'), mtime === null ? null : escapeMarkdown(`${dateTimeText(mtime)} (${ago(mtime, now)})`)],
    [t('Author'), by === null ? null : escapeMarkdown(by)],
    [t('Commit'), generation === null ? null : String(generation)],
  ];
  const rows = facts.flatMap(([name, value]) => (value === null ? [] : [`| ${name} | ${value} |`]));
  return [
    `**${escapeMarkdown(path)}**`,
    `$(${icon}) ${escapeMarkdown(why === '' ? words : why)}`,
    ...(rows.length === 0 ? [] : [['| | |', '| :-- | :-- |', ...rows].join('\n')]),
    // In two halves, since a word of 64 letters is wider than a tooltip.
    ...(sha256 === null ? [] : [`SHA-256 \`${sha256.slice(0, 32)}\` \`${sha256.slice(32)}\``]),
  ].join('\n\n');
}

function sizeText(bytes: number): string {
  const short = bytesText(bytes);
  return bytes < 1000 ? short : `${short} (${counted(bytes, '{0} byte', '{0} bytes')})`;
}
