import * as vscode from 'vscode';
import type { Config } from '../../core/config/config.ts';
import { doctorSummary } from '../../core/doctor/doctor-line.ts';
import { runCheckup } from '../../engine/checkup/checkup.ts';
import type { Folder } from '../folder.ts';
import { said, t } from '../l10n.ts';
import { type Place, placeOf, questionKey } from '../place.ts';
import { doctorReport } from '../render/doctor-report.ts';
import { endpointText, placeText } from '../render/place-text.ts';
import { withSlowProgress } from '../slow-progress.ts';
import type { Ui } from '../ui.ts';
import { explainState } from './explain-state.ts';
import { chooseAny } from './show-commands.ts';

/** Checks everything that a sync of a folder stands on, and shows the report. Contacts nobody whom the person has not agreed to. */
export async function doctor(ui: Ui, argument: unknown): Promise<void> {
  const folder = await chooseAny(ui, argument, t('Check which folder?'));
  if (folder === null) return;
  if (mustAskFirst(folder)) return explainState(ui, [folder]);
  const { workspace } = folder;
  const url = vscode.workspace.getConfiguration('datastore', workspace.uri).get<string>('url', '');
  const config = await ui.host.readConfig(workspace.uri.fsPath, url);
  const place = config.ok ? placeOf(config.value) : null;
  if (place !== null && !isAgreed(folder, place)) {
    return ui.notices.info(t('The configuration of “{0}” has just changed. Look again in a moment.', workspace.name));
  }
  const credentials = place === null ? undefined : await ui.keys.get(place);
  const parts = await ui.host.openCheckup({ workspace: workspace.uri.fsPath, config, credentials });
  try {
    const lines = await withSlowProgress(
      { clock: ui.host.clock, folder },
      t('Checking {0}', workspace.name),
      ({ signal }) => runCheckup(parts, { describe, signal }),
    );
    const { platform } = parts.machine;
    const report = {
      version: ui.version,
      platform: `${platform}, VS Code ${vscode.version}`,
      workspace: workspace.name,
    };
    await ui.reports.show(t('Doctor of {0}', workspace.name), doctorReport(report, lines));
    vscode.window.setStatusBarMessage(`$(pulse) ${said(doctorSummary(lines))}`, 4_000);
  } finally {
    parts.close();
  }
}

function describe(config: Config): string {
  const [place, endpoint] = [placeText(config), endpointText(config)];
  return endpoint === '' ? place : t('{0} at {1}', place, endpoint);
}

/** The state has passed the question; what was read just now may name another place. */
function isAgreed(folder: Folder, place: Place): boolean {
  const state = folder.state();
  const agreed = state.kind === 'active' || state.kind === 'broken' ? placeOf(state.config) : null;
  return agreed !== null && questionKey(agreed) === questionKey(place);
}

function mustAskFirst(folder: Folder): boolean {
  const { kind } = folder.state();
  return kind === 'untrusted' || kind === 'asking' || kind === 'declined' || kind === 'loading';
}
