import { buildExtension, describeRuns, runOnS3 } from './host-run.ts';

await describeRuns({
  'other programs': (installed) => {
    buildExtension();
    return runOnS3(installed, 'test/vscode/run-programs.ts');
  },
});
