/** Colours and weights for a terminal, or none. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  attention(text: string): string;
}

const same = (text: string): string => text;

export const noPaint: Paint = { bold: same, dim: same, good: same, bad: same, attention: same };

const ansi =
  (on: number, off: number) =>
  (text: string): string =>
    `\u001B[${on}m${text}\u001B[${off}m`;

export const terminalPaint: Paint = {
  bold: ansi(1, 22),
  dim: ansi(2, 22),
  good: ansi(32, 39),
  bad: ansi(31, 39),
  attention: ansi(33, 39),
};

/** Colour only on a terminal that can show it, and never against `--no-color` or NO_COLOR (https://no-color.org). */
export const usesColour = (
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
  noColour: boolean,
): boolean => isTerminal && !noColour && !env['NO_COLOR'] && env['TERM'] !== 'dumb';

/**
 * Makes text from outside (a path, a holder, a message of a store) safe to print: control characters, which could
 * move the cursor or forge lines, are shown as `\xNN`.
 */
export const safeText = (text: string): string =>
  text.replaceAll(UNSAFE, (char) => `\\x${(char.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`);

/** Control characters, and those that turn the direction of writing. */
const UNSAFE = /\p{Cc}|[\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
