import type * as vscode from 'vscode';
import type { Log } from '../engine/ports.ts';

/** The output channel of the window. */
export interface WindowLog extends Log {
  show(preserveFocus?: boolean): void;
}

/** What ends after the window is closed may still write: VS Code's channel throws then, and nobody is left to read. */
export function windowLog(channel: vscode.LogOutputChannel): WindowLog {
  const write = (level: keyof Log) => (message: string) => {
    try {
      channel[level](message);
    } catch {}
  };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    show: (preserveFocus) => channel.show(preserveFocus),
  };
}
