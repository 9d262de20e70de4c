import * as vscode from 'vscode';

const REPORT_SCHEME = 'datastore-report';

/** Read-only documents of plain text, to be read and copied. */
export interface Reports {
  /** Opens the document of this name, or brings it up to date. */
  show(name: string, lines: readonly string[]): Promise<void>;
  dispose(): void;
}

export function openReports(): Reports {
  const texts = new Map<string, string>();
  const changes = new vscode.EventEmitter<vscode.Uri>();
  const registered = vscode.workspace.registerTextDocumentContentProvider(REPORT_SCHEME, {
    onDidChange: changes.event,
    provideTextDocumentContent: (uri) => texts.get(uri.path) ?? '',
  });
  return {
    async show(name, lines) {
      const uri = vscode.Uri.from({ scheme: REPORT_SCHEME, path: `/${name.replaceAll('/', '-')}.txt` });
      texts.set(uri.path, `${lines.join('\n')}\n`);
      changes.fire(uri);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
    },
    dispose() {
      registered.dispose();
      changes.dispose();
    },
  };
}
