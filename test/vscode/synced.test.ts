import { describeRun, runOnS3 } from './host-run.ts';

await describeRun('a workspace on S3', (installed) => runOnS3(installed, 'test/vscode/run-synced.ts'));
