import type { Clock } from '../../engine/ports.ts';
import type { Tracing } from './tracing.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Whether the standard variables ask for spans, in the one way that is spoken here: OTLP over HTTP. */
export function wantsSpans(env: Env): boolean {
  const { OTEL_SDK_DISABLED: disabled, OTEL_TRACES_EXPORTER: exporter = 'otlp' } = env;
  const protocol = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] || env['OTEL_EXPORTER_OTLP_PROTOCOL'] || 'http/json';
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const isSent = /(^|,)\s*otlp\s*(,|$)/.test(exporter) && protocol.startsWith('http/');
  return Boolean(endpoint) && disabled?.toLowerCase() !== 'true' && isSent;
}

let opened: Promise<Tracing> | null = null;

/** One for the process; null where nobody asks for spans: then nothing of it is loaded. */
export function findTracing(env: Env, clock: Clock): Promise<Tracing> | null {
  if (!wantsSpans(env)) return null;
  return (opened ??= import('./open-telemetry.ts').then(({ openTelemetry }) => openTelemetry(clock)));
}
