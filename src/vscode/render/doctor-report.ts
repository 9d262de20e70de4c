import type { DoctorLine, DoctorTopic } from '../../core/doctor/doctor-line.ts';
import { type DoctorPlace, doctorWords } from '../../core/doctor/doctor-words.ts';
import { said, t } from '../l10n.ts';

/** The report of a checkup as plain text, to be read and copied. */
export function doctorReport(place: DoctorPlace, lines: readonly DoctorLine[]): readonly string[] {
  const spoken = lines.map(({ topic, text, remedy, ...line }) => ({
    ...line,
    topic: topicText(topic),
    text: said(text),
    remedy: remedy === null ? null : said(remedy),
  }));
  const words = doctorWords(place, spoken, WIDTH, (level, text) => levelText(level).padEnd(text.length));
  // Its head and its sum are lines of their own.
  return words.map((line, at) => (at === 0 || at === words.length - 1 ? said(line) : line));
}

const WIDTH = 80;

function levelText(level: DoctorLine['level']): string {
  return { ok: t('ok'), note: t('note'), warning: t('warning'), problem: t('problem') }[level];
}

function topicText(topic: DoctorTopic): string {
  const texts: Readonly<Record<DoctorTopic, string>> = {
    configuration: t('configuration'),
    'set-up': t('set-up'),
    'shared folder': t('shared folder'),
    'in use': t('in use'),
    credentials: t('credentials'),
    proxy: t('proxy'),
    reachability: t('reachability'),
    region: t('region'),
    clock: t('clock'),
    permissions: t('permissions'),
    datastore: t('datastore'),
    lease: t('lease'),
    'safe writes': t('safe writes'),
    versioning: t('versioning'),
    encryption: t('encryption'),
    watching: t('watching'),
    'state folder': t('state folder'),
    base: t('base'),
    staging: t('staging'),
    'free space': t('free space'),
  };
  return texts[topic];
}
