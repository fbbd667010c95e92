import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-base'
import { expect, test } from 'vitest'
import { FakeClock, systemClock } from './clock.ts'
import { createTracing } from './tracing.ts'
import { tracesUrl } from './tracing-export.ts'

test('without an endpoint spans still have valid ids, and children share the trace', async () => {
  const tracing = await createTracing({ version: '0', clock: systemClock })
  const ids = await tracing.span('change', {}, async (outer) => {
    expect(tracing.current()).toBe(outer)
    return tracing.span('fetch', {}, async (inner) => [outer, inner] as const)
  })
  const [outer, inner] = ids
  expect(outer.traceId).toMatch(/^[0-9a-f]{32}$/)
  expect(inner.spanId).toMatch(/^[0-9a-f]{16}$/)
  expect(inner.traceId).toBe(outer.traceId)
  expect(inner.spanId).not.toBe(outer.spanId)
  expect(tracing.current()).toBeUndefined()
  expect(tracing.start('other').traceId).not.toBe(outer.traceId)
})

test('exported spans carry parent, times of the clock, attributes and failure', async () => {
  const exporter = new InMemorySpanExporter()
  // shutdown() of this exporter drops what it holds, so look at what it was given before that.
  const exported: ReturnType<InMemorySpanExporter['getFinishedSpans']> = []
  const keep = {
    export: (...args: Parameters<InMemorySpanExporter['export']>) => {
      exported.push(...args[0])
      exporter.export(...args)
    },
    shutdown: () => exporter.shutdown(),
  }
  const clock = new FakeClock()
  const tracing = await createTracing({ version: '1.2.3', clock, exporter: keep })
  const change = tracing.start('change', { application: 'shop' })
  const failing = tracing.span('render', { tool: 'helm' }, async () => Promise.reject(new Error('no chart')), change)
  await expect(failing).rejects.toThrow('no chart')
  await clock.advance(2_000)
  change.end()
  await tracing.shutdown()
  const [render, root] = exported
  expect(exported.map((span) => span.name)).toEqual(['render', 'change'])
  expect(render!.parentSpanContext?.spanId).toBe(root!.spanContext().spanId)
  expect(render!.status.message).toBe('no chart')
  expect(root!.attributes).toEqual({ application: 'shop' })
  expect(root!.duration[0]).toBe(2)
  expect(root!.resource.attributes['service.version']).toBe('1.2.3')
})

test('the collector address is a base, with or without a slash', () => {
  expect(tracesUrl('http://127.0.0.1:4318/')).toBe('http://127.0.0.1:4318/v1/traces')
  expect(tracesUrl('http://127.0.0.1:4318/otel')).toBe('http://127.0.0.1:4318/otel/v1/traces')
})
