import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Bytes of the built extension, minified. */
export interface Bundles {
  /** What activation waits for: the entry point, and what it imports. */
  readonly activation: number;
  /** All of ours and what we stand on but the SDK: with what is loaded when a folder is opened, set up or checked. */
  readonly withoutSdk: number;
  /** What only a bucket needs. */
  readonly sdk: number;
}

interface Meta {
  readonly outputs: Readonly<
    Record<
      string,
      {
        readonly bytes: number;
        readonly imports: readonly { readonly path: string; readonly kind: string }[];
        readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
      }
    >
  >;
}

const project = fileURLToPath(new URL('../../..', import.meta.url));
/** The SDK's own packages, and those that only it asks for. */
const SDK = /(?:^|\/)node_modules\/(@aws-sdk|@aws-crypto|@smithy|@aws|bowser|fast-xml-parser|strnum|tslib)\//;

/** Builds the extension as it is packed and adds up what esbuild says of it. Throws where it does not build. */
export async function measureBundles(): Promise<Bundles> {
  const built = spawnSync(process.execPath, ['esbuild.mjs', 'extension'], { cwd: project, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stderr);
  const { outputs } = JSON.parse(await readFile(`${project}/dist/extension.meta.json`, 'utf8')) as Meta;
  let sdk = 0;
  let withoutSdk = 0;
  for (const { bytes, inputs } of Object.values(outputs)) {
    const ofSdk = Object.entries(inputs).reduce(
      (sum, [path, one]) => sum + (SDK.test(path) ? one.bytesInOutput : 0),
      0,
    );
    sdk += ofSdk;
    withoutSdk += bytes - ofSdk;
  }
  return { activation: sizeOf(outputs, 'dist/extension.cjs', new Set()), withoutSdk, sdk };
}

/** Of an output and all that it imports before it runs. */
function sizeOf(outputs: Meta['outputs'], path: string, seen: Set<string>): number {
  const output = outputs[path];
  if (output === undefined || seen.has(path)) return 0;
  seen.add(path);
  return output.imports
    .filter(({ kind }) => kind === 'import-statement')
    .reduce((sum, one) => sum + sizeOf(outputs, one.path, seen), output.bytes);
}
