const BELONGS = [
  /^package(\.nls(\.[a-z-]+)?)?\.json$/,
  /^(README|CHANGELOG)\.md$/,
  /^LICENSE$/,
  /^dist\/(extension|s3)\.cjs$/,
  /^dist\/chunks\/[\w-]+\.cjs$/,
  /^l10n\/bundle\.l10n\.[a-z-]+\.json$/,
  /^media\/(icon\.png|datastore\.svg|walkthrough\/\w+\.svg)$/,
  /^docs\/pictures\/[\w-]+\.png$/,
];

/** Whether users need this file of the package, by its path in the project: anything else in it is a mistake. */
export const belongs = (path: string): boolean => BELONGS.some((pattern) => pattern.test(path));
