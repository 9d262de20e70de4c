import { type Context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Clock } from '../../engine/ports.ts';
import type { Span, Tracing } from './tracing.ts';

/** A collector that does not answer holds up nobody's end for longer. */
const FLUSH_MS = 2_000;

/** Sends spans by OTLP over HTTP to where the standard variables say, and names itself as they say. */
export function openTelemetry(clock: Pick<Clock, 'after'>): Tracing {
  const named = detectResources({ detectors: [envDetector] });
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': 'datastore-sync' }))
    .merge(named);
  const processor = new BatchSpanProcessor({ exporter: new OTLPTraceExporter() });
  const tracer = new TracerProvider({ resource, spanProcessors: [processor] }).getTracer('datastore-sync');
  const contexts = new WeakMap<Span, Context>();

  return {
    begin(name, attributes, parent) {
      const context = (parent === null ? undefined : contexts.get(parent)) ?? ROOT_CONTEXT;
      const begun = tracer.startSpan(name, { attributes }, context);
      const span: Span = {
        end(more, failure) {
          begun.setAttributes(more);
          if (failure !== undefined) {
            begun.setAttribute('error.type', failure);
            begun.setStatus({ code: SpanStatusCode.ERROR });
          }
          begun.end();
        },
      };
      contexts.set(span, trace.setSpan(context, begun));
      return span;
    },
    async flush() {
      const late = new Promise<void>((resolve) => clock.after(FLUSH_MS, resolve));
      await Promise.race([processor.forceFlush().catch(() => undefined), late]);
    },
  };
}
