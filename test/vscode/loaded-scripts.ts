import { Session } from 'node:inspector';

/** Addresses of all scripts that this process has loaded. */
export function loadedScripts(): readonly string[] {
  const session = new Session();
  session.connect();
  const urls: string[] = [];
  session.on('Debugger.scriptParsed', ({ params }) => urls.push(params.url));
  session.post('Debugger.enable');
  session.disconnect();
  return urls;
}
