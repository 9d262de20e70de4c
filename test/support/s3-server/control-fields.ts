/** A control message that cannot be understood; the text says what is wrong with it. */
export class ControlError extends Error {}

/** The fields of an object. Throws ControlError for anything else, and for a field outside `known`. */
export function fields(value: unknown, what: string, known?: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ControlError(`${what} must be an object`);
  }
  const entries = Object.entries(value);
  const foreign = entries.find(([name]) => known?.includes(name) === false);
  if (foreign !== undefined) throw new ControlError(`${what} has no field ${foreign[0]}`);
  return Object.fromEntries<unknown>(entries);
}

export function oneOf<const T extends string>(known: readonly T[], value: unknown, what: string): T {
  const found = known.find((name) => name === value);
  if (found === undefined) throw new ControlError(`${what} must be one of: ${known.join(', ')}`);
  return found;
}

export function count(value: unknown, what: string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new ControlError(`${what} must be a number, 0 or more`);
}

export function text(value: unknown, what: string): string {
  if (typeof value === 'string') return value;
  throw new ControlError(`${what} must be a string`);
}
