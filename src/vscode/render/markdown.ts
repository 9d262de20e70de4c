/** Text of others inside markdown: shown as it is, with no link, no icon and no command. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|~<>$&]/g, String.raw`\$&`).replaceAll(/\s+/g, ' ');
}

/** A link that runs one of our commands. */
export const commandLink = (label: string, command: string): string => `[${label}](command:${command})`;
