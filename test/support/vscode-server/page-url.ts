/** What a window opens; all paths absolute, on the server's disk. */
export type PageOptions = {
  readonly folder?: string;
  readonly workspaceFile?: string;
  /** The folder of an extension's package.json, loaded as it is there. Needs a server started with `driver`. */
  readonly extensionDevelopmentPath?: string;
  /** A CommonJS module whose `run()` the extension host calls. Needs a server started with `driver`. */
  readonly extensionTestsPath?: string;
};

/** The address of a workbench window on a server, which is given by its origin (`http://127.0.0.1:PORT`). */
export function pageUrl(origin: string, options: PageOptions): string {
  const query = new URLSearchParams();
  if (options.workspaceFile !== undefined) query.set('workspace', options.workspaceFile);
  else if (options.folder !== undefined) query.set('folder', options.folder);
  else query.set('ew', 'true'); // an empty window; without it the server reopens the last folder

  const payload: [string, string][] = [];
  if (options.extensionDevelopmentPath !== undefined)
    payload.push(['extensionDevelopmentPath', remoteUri(options.extensionDevelopmentPath)]);
  if (options.extensionTestsPath !== undefined)
    payload.push(['extensionTestsPath', remoteUri(options.extensionTestsPath)]);
  if (payload.length > 0) query.set('payload', JSON.stringify(payload));
  return `${origin}/?${query.toString()}`;
}

function remoteUri(path: string): string {
  return `vscode-remote://remote${path.split('/').map(encodeURIComponent).join('/')}`;
}
