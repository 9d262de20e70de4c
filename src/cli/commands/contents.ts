import { SyncError } from '../../core/errors.ts';
import { COMMON, type Command, type CommandContext, type Outcome, RATES } from '../command.ts';
import { type ListedFile, listItems, listingLines } from '../render/listing-text.ts';

export const lsCommand: Command = {
  name: 'ls',
  usage: '[PATH]',
  summary: 'list the remote files, without a pull',
  details: [
    'PATH is relative to the shared folder, or to the workspace. One level is shown, folders with the sum of what they hold; --recursive shows every file.',
  ],
  flags: ['recursive', 'json', ...COMMON],
  positionals: { least: 0, most: 1, words: '' },
  passes: false,
  writes: () => false,
  run: (context) => context.limited((signal) => list(context, signal)),
};

export const catCommand: Command = {
  name: 'cat',
  usage: 'PATH',
  summary: 'print a remote file, without a pull',
  details: [
    'Writes the committed content of one file to stdout as it is, verified. PATH is relative to the shared folder, or to the workspace.',
  ],
  flags: [...RATES, ...COMMON],
  positionals: { least: 1, most: 1, words: 'the PATH of a file' },
  passes: false,
  writes: () => false,
  run: (context) => context.limited((signal) => print(context, signal)),
};

async function open(context: CommandContext, signal: AbortSignal) {
  const { config } = await context.settings();
  const datastore = await context.open();
  const files: readonly ListedFile[] = [...(await datastore.contents(signal)).values()];
  return { files, read: (path: string) => datastore.readRemote(path, signal), root: config.root };
}

async function list(context: CommandContext, signal: AbortSignal): Promise<Outcome> {
  const { flags, host, positionals } = context;
  const source = await open(context, signal);
  const asked = positionals[0] ?? '';
  const found = spellings(asked, source.root)
    .map((path) => listItems(source.files, path, flags.recursive === true))
    .find((items) => items.length > 0);
  if (found === undefined && asked !== '' && !isWhole(asked, source.root)) throw notThere(asked);
  const entries = (found ?? []).map((item) =>
    item.type === 'file'
      ? {
          type: item.type,
          path: item.path,
          size: item.size,
          mtime: item.mtime,
          by: item.by,
          generation: item.generation,
        }
      : item,
  );
  return { code: 0, document: { path: asked, entries }, lines: listingLines(found ?? [], host.clock.now()) };
}

async function print(context: CommandContext, signal: AbortSignal): Promise<Outcome> {
  const { stdout } = context.host;
  const source = await open(context, signal);
  const asked = context.positionals[0] ?? '';
  const paths = new Set(source.files.map((file) => file.path));
  const path = spellings(asked, source.root).find((candidate) => paths.has(candidate));
  if (path === undefined) throw notThere(asked);
  for await (const bytes of source.read(path)) {
    if (stdout.closed) break;
    stdout.write(bytes);
    await stdout.ready();
  }
  return { code: 0, document: {}, lines: [] };
}

/** People name a file from the shared folder or from the workspace: the key itself comes first. */
export function spellings(asked: string, root: string): string[] {
  const path = asked.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  if (isWhole(path, root)) return path === root && root !== '' ? [path, ''] : [''];
  return root !== '' && path.startsWith(`${root}/`) ? [path, path.slice(root.length + 1)] : [path];
}

const isWhole = (path: string, root: string): boolean => path === '' || path === '.' || path === root;

const notThere = (path: string): SyncError =>
  new SyncError('usage', `There is no ${JSON.stringify(path)} in the datastore.`, 'See what is there: datastore ls');
