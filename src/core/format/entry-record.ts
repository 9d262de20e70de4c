import { bad, ok, type Result } from '../errors.ts';
import { parseSyncPath, utf8Length } from '../paths/sync-path.ts';
import { canonicalJson } from './canonical-json.ts';
import { isCount, isHash, isObject, isObjectKey, isShallow, isText, unknownFields } from './fields.ts';
import { CAPS } from './records.ts';
import type { Entry, Slice } from './tree.ts';

/**
 * A line as this version writes nearly all of them: canonical in every character, each field as `parseEntry` wants it. What is left to
 * look at is the path, and whether the slice adds up to the size. Times as far as a double has all three decimals.
 */
const PLAIN = (() => {
  const text = String.raw`"[^"\\\u0000-\u001f\ud800-\udfff]*"`;
  const count = '(?:0|[1-9]\\d{0,14})';
  const time = '(?:0|[1-9]\\d{0,11}|[1-7]\\d{12})(?:\\.\\d{0,2}[1-9])?';
  const hash = '"[0-9a-f]{64}"';
  const object = '"objects/[0-9a-f]{64}-\\d{1,16}"';
  const slice = `\\{(?:"encoding":${text},)?"length":${count},"object":${object},"offset":${count}(?:,"sha256":${hash})?\\}`;
  const file = `"mtime":${time},"path":${text},"sha256":${hash},"size":${count}`;
  return new RegExp(`^\\{"by":${text},"exec":(?:true|false),"generation":${count},${file},"slices":\\[${slice}\\]\\}$`);
})();
/** Far below the cap, however many bytes its characters have. */
const SHORT = 1 << 16;

function isPlain({ path, size, slices }: Entry): boolean {
  const [slice] = slices;
  const addsUp = slice !== undefined && (slice.encoding !== undefined || slice.length === size);
  return addsUp && parseSyncPath(path).ok;
}

/** Reads one line of a shard, parsed already into `fields`. The problem is a reason in plain words, without the path. */
export function parseEntry(line: string, fields: Readonly<Record<string, unknown>>): Result<Entry> {
  if (line.length <= SHORT && PLAIN.test(line)) {
    const entry = fields as unknown as Entry;
    if (isPlain(entry)) return ok(entry);
  }
  const { path: name, size, mtime, sha256, exec, by, generation, slices, ...unknown } = fields;
  if (utf8Length(line) > CAPS.entry) return bad('its entry is over 4 MiB');
  if (!isShallow(fields)) return bad('its entry is nested too deeply');
  if (!isText(name)) return bad('its path is not a text');
  const path = parseSyncPath(name);
  if (!path.ok) return path;
  if (!isCount(size)) return bad('its size is not a count of bytes');
  if (!isTime(mtime)) return bad('its mtime is not milliseconds with up to three decimals');
  if (!isHash(sha256)) return bad('its sha256 is not 64 hex digits');
  if (typeof exec !== 'boolean') return bad('its exec is not true or false');
  if (!isText(by)) return bad('its by is not a text');
  if (!isCount(generation)) return bad('its generation is not a count');
  const parts = parseSlices(slices, size);
  if (!parts.ok) return parts;
  const known = { path: path.value, size, mtime, sha256, exec, by, generation, slices: parts.value };
  const entry: Entry = { ...known, ...unknownFields(unknown) };
  // A line that we would write differently (a number beyond a double, a key twice) cannot be carried on by value.
  return serialiseEntry(entry) === line ? ok(entry) : bad('its entry is not canonical JSON');
}

/** The canonical line: an entry that was read and not changed gives the very line it came from. */
export function serialiseEntry(entry: Entry): string {
  if (!entry.unknown && entry.slices.every((slice) => !slice.unknown)) return plainLine(entry);
  const { unknown, slices, ...known } = entry;
  const parts = slices.map(({ unknown: more, ...slice }) => ({ ...more, ...slice }));
  return canonicalJson({ ...unknown, ...known, slices: parts });
}

/** What `canonicalJson` gives, without its garbage: every commit writes every entry. */
function plainLine({ by, exec, generation, mtime, path, sha256, size, slices }: Entry): string {
  const parts = slices.map(({ encoding, length, object, offset, sha256: hash }) => {
    const decoder = encoding === undefined ? '' : `"encoding":${JSON.stringify(encoding)},`;
    const named = hash === undefined ? '' : `,"sha256":"${hash}"`;
    return `{${decoder}"length":${length},"object":${JSON.stringify(object)},"offset":${offset}${named}}`;
  });
  return `{"by":${JSON.stringify(by)},"exec":${exec},"generation":${generation},"mtime":${mtime},"path":${JSON.stringify(path)},"sha256":"${sha256}","size":${size},"slices":[${parts.join(',')}]}`;
}

// By its digits, not by rounding: beyond the year 2058 a double cannot be multiplied by 1,000 and come back.
const isTime = (value: unknown): value is number =>
  typeof value === 'number' && /^-?\d+(?:\.\d{1,3})?$/.test(`${value}`);

function parseSlices(value: unknown, size: number): Result<readonly Slice[]> {
  if (!Array.isArray(value)) return bad('its slices are not a list');
  const slices: Slice[] = [];
  for (const item of value as unknown[]) {
    if (!isObject(item)) return bad('a slice is not an object');
    const { object, offset, length, encoding, sha256, ...unknown } = item;
    if (!isObjectKey(object)) return bad('a slice names something that is no object of this datastore');
    if (!isCount(offset) || !isCount(length)) return bad('a slice has no offset or length');
    if (encoding !== undefined && !isText(encoding)) return bad('a slice has a wrong encoding');
    if (sha256 !== undefined && !isHash(sha256)) return bad('a slice has a wrong sha256');
    slices.push({
      object,
      offset,
      length,
      ...(encoding === undefined ? {} : { encoding }),
      ...(sha256 === undefined ? {} : { sha256 }),
      ...unknownFields(unknown),
    });
  }
  const isStored = slices.every((slice) => slice.encoding === undefined);
  if (isStored && slices.reduce((sum, slice) => sum + slice.length, 0) !== size) {
    return bad('its slices do not add up to its size');
  }
  return ok(slices);
}
