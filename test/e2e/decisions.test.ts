/** What is decided without a person is written down with what went in, and can be decided again. */
import { expect, test } from 'vitest'
import { decideStart, type StartInput } from '../../src/controllers/start-decision.ts'
import { createRepository } from '../support/git-server.ts'
import { application, configMap, deployment } from '../support/manifests.ts'
import { startCluster, startSystem, temporaryDirectory } from '../support/start-system.ts'

const replayable = new Set(['automated-sync', 'self-heal', 'retry'])

test('healed, retried, superseded and refused: each is a record, and the rules replay', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await createRepository(directory.path, 'fleet', { 'k8s/a.yaml': configMap('a', 'one') })
  await repository.commit({ 'apps/shop.yaml': application('shop', repository.path, 'k8s') })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.path, path: 'apps' })
  const engine = system.context.system
  const decided = (rule: string, outcome: string) =>
    system.until(`${rule}: ${outcome}`, async () =>
      (await engine.decisions({ application: 'shop' })).find((one) => one.rule === rule && one.outcome === outcome),
    )
  await system.healthy('shop')
  expect(await engine.decisions({ application: 'shop' })).toEqual([])

  const resource = (await cluster.client.discovery()).resource({ group: '', kind: 'ConfigMap' })
  if (resource === undefined) throw new Error('the cluster serves no ConfigMaps')
  await cluster.client.delete(resource, { namespace: 'default', name: 'a' })
  expect(await decided('self-heal', 'start')).toMatchObject({ inputs: { kind: 'heal', selfHeal: true } })
  await system.healthy('shop')

  cluster.sandbox.intercept((request) =>
    request.method === 'PATCH' && request.path.endsWith('/configmaps/a') ? { status: 403 } : undefined,
  )
  await repository.commit({ 'k8s/a.yaml': configMap('a', 'two') }, 'Refused')
  expect(await decided('retry', 'wait')).toMatchObject({
    inputs: { attempts: { reason: 'ClusterRefused', failed: 1 } },
  })
  cluster.sandbox.intercept(undefined)
  expect(await decided('retry', 'start')).toMatchObject({ reason: 'retry 1' })
  await system.healthy('shop')

  await repository.commit({ 'k8s/web.yaml': deployment('web', 'registry.example.com/web:missing') }, 'Never well')
  await system.until('the wait', () => system.app('shop')?.operation?.waitingFor !== undefined)
  const fix = await repository.commit({ 'k8s/web.yaml': deployment('web', 'registry.example.com/web:v1') }, 'Fix')
  expect(await decided('newest-revision', 'supersede')).toMatchObject({ inputs: { wanted: fix } })
  await system.healthy('shop')

  await repository.commit({ 'k8s/a.yaml': null, 'k8s/web.yaml': null, 'k8s/notes.md': 'empty' }, 'Empty')
  expect(await decided('guard', 'refuse')).toMatchObject({
    inputs: { reason: 'PruneRefused' },
    reason: expect.stringContaining('all 2 objects would be deleted'),
  })

  const all = await engine.decisions({})
  const rules = all.filter((one) => replayable.has(one.rule))
  expect(rules.length).toBeGreaterThan(2)
  for (const { inputs, outcome, reason } of rules)
    expect(decideStart(inputs as unknown as StartInput)).toMatchObject({ outcome, because: reason })
})
