/* What single fields of a record must look like. Everything read from a remote passes here. */

/** A JSON object, or null for anything else. */
export function asObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

const MAX_LEVELS = 32;

/** Whether a record, unknown fields included, can be written again without exhausting the stack. */
export function isShallow(value: unknown, levels = MAX_LEVELS): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((part) => isShallow(part, levels - 1));
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A whole number from 0 up, exact in a double. */
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

export const isText = (value: unknown): value is string => typeof value === 'string';

export const isHash = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

/** The `unknown` of a record: absent where there is nothing this version does not know. */
export const unknownFields = (
  unknown: Readonly<Record<string, unknown>>,
): { readonly unknown?: Readonly<Record<string, unknown>> } => (Object.keys(unknown).length === 0 ? {} : { unknown });

/** A key below the prefix that can only be one of our own objects. */
export const isObjectKey = (value: unknown): value is string =>
  typeof value === 'string' && /^objects\/[0-9a-f]{64}-\d{1,16}$/.test(value);

export const isShardKey = (value: unknown): value is string =>
  typeof value === 'string' && /^index\/[0-9a-f]{64}-\d{1,16}\.jsonl\.gz$/.test(value);

export const isCommitKey = (value: unknown): value is string =>
  typeof value === 'string' && /^commits\/\d{10}-[0-9A-Za-z-]{1,64}\.json$/.test(value);
