import type { FolderState } from './folder-state.ts';

/** Where what configures a folder is changed. */
export type ConfiguredBy =
  | { readonly kind: 'setting'; readonly id: string }
  /** Of the environment that VS Code was started in. */
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'file' };

/** Of what a row names, else of what counts in the folder, or is wrong with it. */
export function configuredBy(state: FolderState, named?: string): ConfiguredBy {
  const source = named ?? sourceOf(state);
  if (source.startsWith('datastore.')) return { kind: 'setting', id: source };
  return /^[A-Z][A-Z_]+$/.test(source) ? { kind: 'variable', name: source } : { kind: 'file' };
}

function sourceOf(state: FolderState): string {
  if (state.kind === 'invalid') return state.problems[0]?.source ?? '';
  return 'config' in state ? (state.config?.source ?? '') : '';
}
