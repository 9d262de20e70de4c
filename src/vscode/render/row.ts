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
}

export const COLOURS = {
  up: 'gitDecoration.addedResourceForeground',
  down: 'gitDecoration.modifiedResourceForeground',
  deleted: 'gitDecoration.deletedResourceForeground',
  conflict: 'gitDecoration.conflictingResourceForeground',
  error: 'errorForeground',
  warning: 'list.warningForeground',
  quiet: 'descriptionForeground',
} as const;
