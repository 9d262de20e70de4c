import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Imported before a program (`node --import`), leaves the peak of its resident memory, in KiB, in the file PEAK_FILE. */
process.on('exit', () => {
  const file = process.env['PEAK_FILE'];
  if (file !== undefined) writeFileSync(file, String(peakKib()));
});

function peakKib(): number {
  // What the kernel gives as maxRSS begins with that of the parent on Linux: a fork is a copy of it until it becomes the program.
  const status = '/proc/self/status';
  const peak = existsSync(status) ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8'))?.[1] : undefined;
  return peak === undefined ? process.resourceUsage().maxRSS : Number(peak);
}
