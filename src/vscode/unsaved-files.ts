import type { Tab, Uri } from 'vscode';

/** A document, of text or a notebook, as far as it is asked. */
interface Document {
  readonly uri: Uri;
  readonly isDirty: boolean;
}

/** What unsaved changes are for. Custom editors have no document that an extension sees: only their tab tells. */
export function unsavedFiles(
  documents: readonly Document[],
  tabs: readonly Pick<Tab, 'isDirty' | 'input'>[],
): readonly Uri[] {
  const found = [
    ...documents.filter(({ isDirty }) => isDirty).map(({ uri }) => uri),
    ...tabs.filter(({ isDirty }) => isDirty).flatMap(({ input }) => editedBy(input)),
  ];
  return found.filter(({ scheme }) => scheme === 'file');
}

/** By the kinds of input there are (`vscode.TabInputText` and its like); a comparison is edited on its modified side. */
function editedBy(input: unknown): readonly Uri[] {
  const { uri, modified } = (input ?? {}) as { readonly uri?: Uri; readonly modified?: Uri };
  return [uri, modified].filter((one) => one !== undefined);
}
