import type { Uri } from 'vscode';

/** What VS Code says of where a task comes from: a folder, or a number (`vscode.TaskScope`) for the whole window. */
type Scope = { readonly uri: Pick<Uri, 'toString'> } | number | undefined;

/** The folder that a task is for; undefined where that is not certain: a task of the window names none, and another's is no substitute. */
export function taskFolder<Folder extends { readonly id: string }>(
  scope: Scope,
  folders: readonly Folder[],
): Folder | undefined {
  if (typeof scope === 'object') return folders.find(({ id }) => id === scope.uri.toString());
  return folders.length === 1 ? folders[0] : undefined;
}
