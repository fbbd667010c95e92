/** Spans by the OpenTelemetry SDK. Loaded only when traces are exported: its import costs about 0.1 s and 15 MB. */
import { ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Attributes, Span, TracingOptions } from './tracing.ts'

const shutdownMs = 5_000

export function openExport(options: TracingOptions): {
  start: (name: string, attributes: Attributes, parent: Span | undefined, startedAt?: number) => Span
  shutdown: () => Promise<void>
} {
  const exporter = options.exporter ?? new OTLPTraceExporter({ url: tracesUrl(options.endpoint ?? '') })
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'halcyon', 'service.version': options.version }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  })
  const tracer = provider.getTracer('halcyon', options.version)
  // Our spans are plain objects; this finds the SDK's span behind one of them without exposing it.
  const contexts = new WeakMap<Span, ReturnType<typeof trace.setSpan>>()

  function start(name: string, attributes: Attributes, parent: Span | undefined, startedAt?: number): Span {
    const parentContext = parent === undefined ? ROOT_CONTEXT : (contexts.get(parent) ?? ROOT_CONTEXT)
    const inner = tracer.startSpan(name, { attributes, startTime: startedAt ?? options.clock.now() }, parentContext)
    const { traceId, spanId } = inner.spanContext()
    const span: Span = {
      traceId,
      spanId,
      set: (more) => void inner.setAttributes(more),
      event: (text, more) => void inner.addEvent(text, more, options.clock.now()),
      fail(error) {
        const message = error instanceof Error ? error.message : String(error)
        inner.setStatus({ code: SpanStatusCode.ERROR, message })
      },
      end: (at) => inner.end(at ?? options.clock.now()),
    }
    contexts.set(span, trace.setSpan(ROOT_CONTEXT, inner))
    return span
  }

  async function shutdown(): Promise<void> {
    // A collector that hangs must not hold the process.
    const bound = Promise.withResolvers<void>()
    const cancel = options.clock.after(shutdownMs, bound.resolve)
    await Promise.race([provider.shutdown().catch(() => {}), bound.promise])
    cancel()
  }

  return { start, shutdown }
}

/** `OTEL_EXPORTER_OTLP_ENDPOINT` is a base URL; the specification appends the signal's path. */
export function tracesUrl(endpoint: string): string {
  return `${endpoint.replace(/\/+$/, '')}/v1/traces`
}
