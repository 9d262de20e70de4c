import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The extension host of this VS Code runs on Node 24; older ones lack what it calls. */
const NODE_MAJOR = 24;

/** The absolute path of a Node that can run VS Code's server: this process's own, else the project's. */
export async function findNode(): Promise<string | { readonly unavailable: string }> {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) return process.execPath;
  const project = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url));
  const major = await majorOf(project);
  if (major >= NODE_MAJOR) return realpath(project);
  const found = major === 0 ? 'none is there' : `${join(project)} is Node ${major}`;
  return {
    unavailable: `VS Code's server needs Node ${NODE_MAJOR}; this process is ${process.versions.node}, and of the project's own ${found}`,
  };
}

async function majorOf(node: string): Promise<number> {
  return new Promise((resolve) => {
    execFile(node, ['-p', 'process.versions.node'], (error, stdout) => {
      resolve(error === null ? Number(stdout.split('.')[0]) : 0);
    });
  });
}
