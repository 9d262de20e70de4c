import { writeFileSync } from 'node:fs';

/** Imported before a program (`node --import`), leaves the names of all that Node itself has loaded for it in the file LOADED_FILE. */
process.on('exit', () => {
  const file = process.env['LOADED_FILE'];
  const { moduleLoadList } = process as unknown as { readonly moduleLoadList: readonly string[] };
  if (file !== undefined) writeFileSync(file, JSON.stringify(moduleLoadList));
});
