/** A text with nothing to click in it: VS Code turns `[words](command:…)` of a message into a link that runs, whoever wrote the name in it. */
export const unlinked = (text: string): string => text.replaceAll('](', '] (');
