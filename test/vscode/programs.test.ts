import { describeRun, runOnS3 } from './host-run.ts';

await describeRun('other programs', (installed) => runOnS3(installed, 'test/vscode/run-programs.ts'));
