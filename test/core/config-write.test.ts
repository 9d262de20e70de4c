import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { editYaml } from '../../src/adapters/config-yaml-edit.ts';
import { datastoreFields, type FieldChange, newFile, type WrittenPlace } from '../../src/core/config/config-write.ts';

const to = (fields: Record<string, FieldChange['value']>): FieldChange[] =>
  Object.entries(fields).map(([name, value]) => ({ name, value }));

const S3 = to({ type: 's3', root: 'data', bucket: 'my-team', prefix: null, path: null });

describe('.datastore.yaml is edited, and what a person wrote stays', () => {
  test.each<[what: string, before: string, changes: FieldChange[], after: string]>([
    ['a value', 'type: s3\nbucket: old # ours\n', to({ bucket: 'new' }), 'type: s3\nbucket: new # ours\n'],
    ['a quoted value', "bucket: 'old'   # ours\n", to({ bucket: 'new' }), 'bucket: new   # ours\n'],
    ['a value that was left empty', 'bucket:\ntype: s3\n', to({ bucket: 'new' }), 'bucket: new\ntype: s3\n'],
    ['an empty value with a comment', 'bucket: # which?\n', to({ bucket: 'new' }), 'bucket: new # which?\n'],
    [
      'a field that comes',
      'type: s3\n\n# more\nexclude: [a]\n',
      to({ type: 's3', root: 'd' }),
      'type: s3\nroot: d\n\n# more\nexclude: [a]\n',
    ],
    [
      'a file with a byte order mark',
      '\ufefftype: s3\nbucket: b # ours\n',
      to({ bucket: 'new' }),
      '\ufefftype: s3\nbucket: new # ours\n',
    ],
    ['nothing but a byte order mark', '\ufeff', to({ type: 's3' }), '\ufefftype: s3\n'],
    [
      'a document with its marks',
      '%YAML 1.2\n--- # team\ntype: s3\nbucket: b # ours\n...\n',
      to({ bucket: 'new', root: 'd' }),
      '%YAML 1.2\n--- # team\ntype: s3\nbucket: new # ours\nroot: d\n...\n',
    ],
    ['a document that is empty', '---\n# ours\n', to({ type: 's3' }), '---\n# ours\ntype: s3\n'],
    ['several that come, in order', 'type: s3\n', S3, 'type: s3\nroot: data\nbucket: my-team\n'],
    [
      'a field that goes, and what was said of it',
      'a: 1\nprefix: x # why\n# stays\nb: 2\n',
      to({ prefix: null }),
      'a: 1\n# why\n# stays\nb: 2\n',
    ],
    ['an empty field that goes', 'a: 1\r\nprefix: # why\r\n', to({ prefix: null }), 'a: 1\r\n# why\r\n'],
    ['a first one that goes', 'prefix: x # why\na: 1', to({ prefix: null }), '# why\na: 1'],
    ['a last one that goes', '  a: 1\n  prefix: x # why', to({ prefix: null }), '  a: 1\n  # why'],
    ['one with what is no comment', 'prefix: "x # y"\nroot: a#b\na: 1\n', to({ prefix: null, root: null }), 'a: 1\n'],
    [
      'a text of lines that goes',
      'a: 1\nprefix: |  # why\n  # text\nb: 2\n',
      to({ prefix: null }),
      'a: 1\n# why\nb: 2\n',
    ],
    [
      'a block that goes',
      'a: 1\nencryption: # of all\n  mode: sse-kms # x\n  # y\n  keyId: k\n\n# stays\nb: 2\n',
      to({ encryption: null }),
      'a: 1\n# of all\n# x\n# y\n\n# stays\nb: 2\n',
    ],
    [
      'one that goes where another comes',
      'type: s3\nprefix: x\nb: 2\n',
      to({ type: 'filesystem', path: 'p', prefix: null }),
      'type: filesystem\npath: p\nb: 2\n',
    ],
    [
      'a file that ends without a line end',
      'type: s3',
      to({ type: 's3', root: 'd', bucket: 'bbb' }),
      'type: s3\nroot: d\nbucket: bbb\n',
    ],
    [
      'line endings of Windows',
      'type: s3\r\nb: 2\r\n',
      to({ type: 'filesystem', path: 'p' }),
      'type: filesystem\r\npath: p\r\nb: 2\r\n',
    ],
    ['a file of comments', '# nothing yet\n', S3, '# nothing yet\ntype: s3\nroot: data\nbucket: my-team\n'],
    ['an indented map', '  type: s3\n', to({ type: 's3', root: 'd' }), '  type: s3\n  root: d\n'],
    ['nothing at all', 'type: s3\nroot: data\nbucket: my-team\n', S3, 'type: s3\nroot: data\nbucket: my-team\n'],
    ['what YAML would take for something else', 'root: a\n', to({ root: 'no' }), 'root: "no"\n'],
    ['a number', 'root: a\n', to({ root: '2026' }), 'root: "2026"\n'],
    ['a text with a colon', 'root: a\n', to({ root: 'a: b #c' }), 'root: "a: b #c"\n'],
    [
      'a URL',
      'endpoint: x\n',
      to({ endpoint: 'https://s3.example.org:9000/x' }),
      'endpoint: https://s3.example.org:9000/x\n',
    ],
  ])('%s', (_what, before, changes, after) => {
    expect(editYaml(before, changes)).toEqual({ ok: true, value: after });
  });

  test.each<[what: string, text: string, problem: RegExp]>([
    ['a map in braces', '{ type: s3, bucket: x }\n', /one field a line/],
    ['a list', '- a\n', /one field a line/],
    ['no YAML', 'a: [\n', /not valid YAML/],
    ['a name that stands twice', 'bucket: a\nbucket: b\n', /not valid YAML/],
    ['an anchor that another field needs', 'prefix: &b old\nother: *b\n', /does not edit/],
  ])('%s is left alone', (_what, text, problem) => {
    expect(editYaml(text, to({ bucket: 'new', prefix: null }))).toEqual({
      ok: false,
      problem: expect.stringMatching(problem),
    });
  });

  const names = ['type', 'root', 'bucket', 'prefix', 'region', 'exclude'];
  const value = fc.oneof(
    fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }),
    fc.constantFrom('yes', '1e3', '~', 'a #b', '- x', '*a', '.5'),
  );
  const fields = fc.uniqueArray(fc.constantFrom(...names), { maxLength: 6 });

  test('whatever stands there: the fields are as they shall be, all others and every comment as they were', () => {
    fc.assert(
      fc.property(
        fields,
        fields,
        fc.array(value, { minLength: 12, maxLength: 12 }),
        fc.constantFrom('\n', '\r\n'),
        (there, changed, values, eol) => {
          const text = there
            .map((name, index) => `# about ${name}${eol}${name}: ${JSON.stringify(values[index])} # ${name}${eol}`)
            .join('');
          const changes = changed.map((name, index) => ({
            name,
            value: index % 3 === 2 ? null : (values[6 + index] ?? ''),
          }));
          const result = editYaml(text, changes);
          expect(result).toMatchObject({ ok: true });
          const after = result.ok ? result.value : '';
          const before = Object.fromEntries(there.map((name, index) => [name, values[index]]));
          const wanted = { ...before, ...Object.fromEntries(changes.map((change) => [change.name, change.value])) };
          const found = (parse(after) ?? {}) as Record<string, unknown>;
          expect(found).toEqual(Object.fromEntries(Object.entries(wanted).filter(([, one]) => one !== null)));
          for (const name of there) {
            expect(after).toContain(`# about ${name}`);
            expect(after).toContain(`# ${name}${eol}`);
            if (!changed.includes(name))
              expect(after).toContain(`${name}: ${JSON.stringify(before[name])} # ${name}${eol}`);
          }
          expect(editYaml(after, changes)).toEqual({ ok: true, value: after });
        },
      ),
    );
  });
});

describe('the fields of a place', () => {
  const written: WrittenPlace = { root: 'data', path: 'p', region: true, isSameBucket: false };
  const backend = { type: 's3', bucket: 'bbb', prefix: '', region: 'eu-central-1', forcePathStyle: false } as const;

  test('on S3, in the order of the documentation, and only what was named', () => {
    expect(newFile(datastoreFields(backend, written))).toBe(
      'type: s3\nroot: data\nbucket: bbb\nregion: eu-central-1\n',
    );
    expect(newFile(datastoreFields({ ...backend, prefix: 'p', profile: 'team' }, { ...written, region: false }))).toBe(
      'type: s3\nroot: data\nbucket: bbb\nprefix: p\nprofile: team\n',
    );
  });

  test('of another bucket take what was said of the old one with them', () => {
    const text =
      'type: s3\nroot: data\nbucket: aaa\nforcePathStyle: true\nencryption: { mode: sse-s3 }\nexclude: [x]\n';
    expect(editYaml(text, datastoreFields(backend, written))).toMatchObject({
      value: 'type: s3\nroot: data\nbucket: bbb\nregion: eu-central-1\nexclude: [x]\n',
    });
    const kept = editYaml(text, datastoreFields(backend, { ...written, isSameBucket: true }));
    expect(kept).toMatchObject({ value: expect.stringContaining('encryption: { mode: sse-s3 }') });
  });

  test('in a folder', () => {
    const text = 'type: s3\nroot: data # shared\nbucket: aaa\nexclude: [x]\n';
    expect(editYaml(text, datastoreFields({ type: 'filesystem', path: '/p' }, written))).toMatchObject({
      value: 'type: filesystem\npath: p\n# shared\nexclude: [x]\n',
    });
  });
});
