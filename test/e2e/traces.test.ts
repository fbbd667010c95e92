/** One trace for one change, from the commit to healthy, as a collector gets it; and its id in the log and in the events. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRepository } from '../support/git-server.ts'
import { startHalcyon, untilApi } from '../support/halcyon-process.ts'
import { configMap, deployment } from '../support/manifests.ts'
import { type ReceivedSpan, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { startCluster, temporaryDirectory } from '../support/start-system.ts'

const inWaveOne = '  annotations: { argocd.argoproj.io/sync-wave: "1" }\n'

/** Names indented by their depth; what is not reachable from the root is missing. */
function outline(spans: readonly ReceivedSpan[], parent = '', depth = 0): string[] {
  return spans
    .filter((span) => span.parentSpanId === parent)
    .flatMap((span) => {
      const wave = span.attributes['halcyon.wave']
      const label = wave === undefined ? span.name : `${span.name} ${span.attributes['halcyon.phase']} ${wave}`
      return [`${'  '.repeat(depth)}${label}`, ...outline(spans, span.spanId, depth + 1)]
    })
}

test('a push is one trace with fetch, render, plan, dry run, each wave and healthy', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path, { simulate: { speed: 10 } })
  await using receiver = await startOtlpReceiver()
  const repository = await createRepository(directory.path, 'fleet', {
    'k8s/web.yaml': deployment('web', 'registry.example.com/web:v1'),
    'k8s/last.yaml': configMap('last', 'one', inWaveOne),
  })
  const data = join(directory.path, 'data')
  const args = ['up', '--repo', repository.path, '--path', 'k8s', '--kubeconfig', cluster.kubeconfig, '--data', data]
  await using process = startHalcyon(args, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint } })
  const syncedTo = (revision: string) =>
    untilApi(data, 'the sync', async (api) => {
      const [app] = await api.applications()
      return app?.syncedRevision === revision && app.health.status === 'Healthy' && app.operation?.phase === 'Succeeded'
    })
  await syncedTo(await repository.git('rev-parse', 'HEAD'))
  const commit = await repository.commit({
    'k8s/web.yaml': deployment('web', 'registry.example.com/web:v2'),
    'k8s/last.yaml': configMap('last', 'two', inWaveOne),
  })
  await syncedTo(commit)
  const events = await untilApi(data, 'the events', (api) => api.events({ limit: 100 }))
  // A clean stop exports what is left.
  process.stop()
  expect((await process.finished).code).toBe(0)

  const roots = receiver.spans.filter((span) => span.parentSpanId === '')
  expect(roots.map((span) => span.name)).toEqual(['halcyon.change', 'halcyon.change'])
  const root = roots.find(
    (span) => span.attributes['halcyon.revision'] === commit && span.attributes['halcyon.repository'],
  )
  expect(root?.failed).toBe(false)
  const trace = receiver.spans.filter((span) => span.traceId === root?.traceId)
  expect(outline(trace).toSorted()).toEqual(
    [
      'halcyon.change',
      '  halcyon.fetch',
      '  halcyon.plan',
      '  halcyon.render',
      '  halcyon.sync',
      '    halcyon.dry-run',
      '    halcyon.wave Sync 0',
      '    halcyon.wave Sync 1',
      '      halcyon.healthy',
    ].toSorted(),
  )

  for (const type of ['RevisionSeen', 'SyncStarted', 'SyncSucceeded'])
    expect(events.filter((event) => event.type === type).at(-1)?.traceId).toBe(root?.traceId)
  const log = readFileSync(join(data, 'halcyon.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const succeeded = log.filter((line) => line.event === 'SyncSucceeded')
  expect(succeeded.map((line) => line.traceId)).toEqual([roots.find((span) => span !== root)?.traceId, root?.traceId])
})
