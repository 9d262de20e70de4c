import { statfsSync } from 'node:fs';
import { errorCode } from './refusal.ts';

/** `f_type` of statfs(2), as in linux/magic.h and the file systems' own sources. */
const KEEP_CHANGE_TIMES: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58_46_53_42, // XFS
  0x91_23_68_3e, // Btrfs
  0xf2_f5_20_10, // F2FS
  0x2f_c1_2f_c1, // ZFS
  0x01_02_19_94, // tmpfs
]);

/**
 * Whether the file system of a folder is known to give inode numbers that last, and to set the time of a file's last change (ctime) by
 * its own clock, which no program can set back. FAT has neither, and what comes over a network is as its server likes.
 */
export function keepsChangeTimes(folder: string): boolean {
  if (process.platform !== 'linux') return false;
  try {
    // Some are given as negative numbers.
    return KEEP_CHANGE_TIMES.has(statfsSync(folder).type >>> 0);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}
