/**
 * One trace per change. Spans always carry valid ids, which logs and events quote; they are exported (OTLP over HTTP) only when an
 * endpoint is set, and only then the OpenTelemetry SDK is loaded.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomFillSync } from 'node:crypto'
import type { SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { Clock } from './clock.ts'

export type Attributes = Readonly<Record<string, string | number | boolean>>

export interface Span {
  /** 32 hex digits. */
  readonly traceId: string
  /** 16 hex digits. */
  readonly spanId: string
  set(attributes: Attributes): void
  event(name: string, attributes?: Attributes): void
  /** Marks the span as failed; it still has to end. */
  fail(error: unknown): void
  /** At the given time in ms, else now. */
  end(at?: number): void
}

export interface Tracing extends AsyncDisposable {
  /** Runs `work` inside a span that ends with it; a throw marks it failed. The parent is the given span, else the current one. */
  span<Value>(name: string, attributes: Attributes, work: (span: Span) => Promise<Value>, parent?: Span): Promise<Value>
  /** A span that outlives one function, for example a change from commit to healthy. Without a parent it begins a new trace. */
  start(name: string, attributes?: Attributes, parent?: Span, startedAt?: number): Span
  /** Makes a span the current one for everything `work` starts. */
  within<Value>(span: Span, work: () => Value): Value
  /** The span that the running code belongs to. */
  current(): Span | undefined
  /** Exports what is left, within about five seconds. */
  shutdown(): Promise<void>
}

export interface TracingOptions {
  /** The base URL of an OTLP/HTTP collector (`OTEL_EXPORTER_OTLP_ENDPOINT`); undefined = nothing leaves the process. */
  readonly endpoint?: string | undefined
  readonly version: string
  readonly clock: Clock
  /** Replaces the OTLP exporter, for tests. */
  readonly exporter?: SpanExporter
}

type StartSpan = (name: string, attributes: Attributes, parent: Span | undefined, startedAt?: number) => Span

/** Loads the SDK when it is needed. An unreachable collector costs spans, never work. */
export async function createTracing(options: TracingOptions): Promise<Tracing> {
  if (options.endpoint === undefined && options.exporter === undefined) return compose(startLocalSpan, async () => {})
  const { openExport } = await import('./tracing-export.ts')
  const { start, shutdown } = openExport(options)
  return compose(start, shutdown)
}

function compose(start: StartSpan, shutdown: () => Promise<void>): Tracing {
  const active = new AsyncLocalStorage<Span>()
  return {
    async span(name, attributes, work, parent) {
      const span = start(name, attributes, parent ?? active.getStore())
      try {
        return await active.run(span, () => work(span))
      } catch (error) {
        span.fail(error)
        throw error
      } finally {
        span.end()
      }
    },
    start: (name, attributes = {}, parent, startedAt) => start(name, attributes, parent, startedAt),
    within: (span, work) => active.run(span, work),
    current: () => active.getStore(),
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  }
}

function startLocalSpan(_name: string, _attributes: Attributes, parent: Span | undefined): Span {
  return {
    traceId: parent?.traceId ?? randomHex(16),
    spanId: randomHex(8),
    set: () => {},
    event: () => {},
    fail: () => {},
    end: () => {},
  }
}

// One system call fills ids for many spans.
const entropy = Buffer.alloc(4096)
let used = entropy.length

function randomHex(bytes: number): string {
  if (used + bytes > entropy.length) {
    randomFillSync(entropy)
    used = 0
  }
  used += bytes
  return entropy.toString('hex', used - bytes, used)
}
