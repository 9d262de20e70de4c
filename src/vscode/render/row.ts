/** One line of a tree, as values. */
export interface Row {
  /** Stable, so that what is open stays open. Unique in its tree. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Plain text, lines allowed. */
  readonly tooltip: string;
  /** A codicon. */
  readonly icon: string;
  /** A theme colour for the icon. */
  readonly colour?: string;
  /** For menus. */
  readonly context: string;
  /** For screen readers; label and description otherwise. */
  readonly spoken?: string;
  readonly children?: readonly Row[];
  readonly isOpen?: boolean;
  /** What it was set by: a file, a setting, a variable. */
  readonly source?: string;
}

/** Ours are contributed by the manifest: those of git are not there where its extension is not. */
export const COLOURS = {
  up: 'datastore.pushForeground',
  down: 'datastore.pullForeground',
  deleted: 'datastore.deletedForeground',
  conflict: 'datastore.conflictForeground',
  error: 'errorForeground',
  warning: 'list.warningForeground',
  quiet: 'descriptionForeground',
} as const;

/** A row whose menu is named as it is. */
export function row(
  id: string,
  label: string,
  description: string,
  icon: string,
  tooltip: string,
  rest: Partial<Row> = {},
): Row {
  return {
    id,
    label,
    description,
    icon,
    tooltip: tooltip === '' ? `${label}: ${description}` : tooltip,
    context: id,
    ...rest,
  };
}
