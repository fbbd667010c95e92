/** Undo that stays undone, and holds, with automated sync on. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { startCluster, startSystem, temporaryDirectory } from '../support/start-system.ts'

let git: GitServer
beforeAll(async () => {
  git = await startGitServer()
})
afterAll(async () => {
  await git[Symbol.asyncDispose]()
})

function application(repoURL: string, more = ''): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: shop }
spec:
  project: default
  source: { repoURL: "${repoURL}", path: shop, targetRevision: main${more} }
  destination: { server: https://kubernetes.default.svc, namespace: default }
  syncPolicy: { automated: { prune: true, selfHeal: true } }
`
}

const setting = (value: string) => ({
  'shop/settings.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { value: ${value} }\n`,
})

/** A fleet with one application that went from `one` to `two`. */
async function shop(directory: string, cluster: Awaited<ReturnType<typeof startCluster>>) {
  const repository = await git.createRepository(setting('one'))
  await repository.commit({ 'apps/shop.yaml': application(repository.url) })
  const start = () => startSystem({ directory, cluster, repo: repository.url, path: 'apps' })
  const value = async () => {
    const found = await cluster.get({ group: '', kind: 'ConfigMap' }, 'default', 'settings')
    return (found?.['data'] as { value?: string } | undefined)?.value
  }
  const system = await start()
  await system.healthy('shop')
  await repository.commit(setting('two'), 'Two')
  system.context.system.webhook([repository.url])
  await system.until('two', async () => (await value()) === 'two')
  await system.healthy('shop')
  return { repository, start, value, system }
}

type Fleet = Awaited<ReturnType<typeof shop>>

/** Git moved, and everything that follows from it is over. */
async function noticed(fleet: Pick<Fleet, 'repository'>, system: Fleet['system'], sha: string): Promise<void> {
  await system.context.system.refresh(undefined, { hard: false })
  await system.context.system.settled()
  await system.until('the root at the commit', () => system.app(fleet.repository.name)?.revision === sha)
  await system.context.system.settled()
}

test('an undo stays undone: over unrelated commits, forced looks, drift and a restart, until a fix comes', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const fleet = await shop(directory.path, cluster)
  const { repository, value } = fleet
  {
    await using system = fleet.system
    const engine = system.context.system
    const undone = await engine.undo('shop', { initiatedBy: 'ada', reason: 'two is wrong' })
    await system.until('one again', async () => (await value()) === 'one')
    await system.healthy('shop')
    expect(undone.hold).toMatchObject({ lift: 'newer', who: 'ada', reason: 'two is wrong' })
    expect(undone.revert.commands[0]).toBe(`git revert --no-edit ${undone.from.slice(0, 7)}`)

    await noticed(fleet, system, await repository.commit({ 'README.md': 'unrelated' }, 'Unrelated'))
    await engine.refresh('shop', { hard: true })
    await engine.settled()
    expect(await value()).toBe('one')
    expect(system.app('shop')?.hold?.reason).toBe('two is wrong')

    const resource = (await cluster.client.discovery()).resource({ group: '', kind: 'ConfigMap' })!
    const drift = { data: { value: 'drifted' } }
    await cluster.client.patch(resource, { namespace: 'default', name: 'settings' }, drift)
    await system.until('healed towards the hold', async () => (await value()) === 'one')
  }

  await using system = await fleet.start()
  await system.healthy('shop')
  expect(await value()).toBe('one')
  expect(system.app('shop')?.hold).toBeDefined()

  await repository.commit(setting('three'), 'Three')
  system.context.system.webhook([repository.url])
  await system.until('the fix', async () => (await value()) === 'three')
  await system.healthy('shop')
  expect(system.app('shop')?.hold).toBeUndefined()
  const decisions = await system.context.system.decisions({ application: 'shop' })
  expect(decisions.filter((one) => one.rule === 'hold').map((one) => one.outcome)).toContain('lifted')
})

test('the revert lifts the hold, and nothing is written for it', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const fleet = await shop(directory.path, cluster)
  await using system = fleet.system
  const engine = system.context.system
  await engine.undo('shop', { initiatedBy: 'ada' })
  await system.until('one again', async () => (await fleet.value()) === 'one')
  await system.healthy('shop')
  const writes = engine.statistics().requests.mutating

  await fleet.repository.commit(setting('one'), 'Revert "Two"')
  engine.webhook([fleet.repository.url])
  await system.until(
    'the end of the hold',
    () => system.app('shop') !== undefined && system.app('shop')?.hold === undefined,
  )
  await system.healthy('shop')
  expect(engine.statistics().requests.mutating).toBe(writes)
})

test('an undo needs no Git host', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const fleet = await shop(directory.path, cluster)
  await using system = fleet.system
  git.mode = 'fail'
  try {
    await system.context.system.undo('shop', { initiatedBy: 'ada' })
    await system.until('one again', async () => (await fleet.value()) === 'one')
    await system.until('the hold', () => system.app('shop')?.hold !== undefined)
  } finally {
    git.mode = 'ok'
  }
})

test('parameters of the Application are undone, too, and its parent does not bring them back', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const fleet = await shop(directory.path, cluster)
  await using system = fleet.system
  const named = async (name: string) =>
    (await cluster.get({ group: '', kind: 'ConfigMap' }, 'default', name)) !== undefined
  const prefixed = application(fleet.repository.url, ', kustomize: { namePrefix: new- }')
  await fleet.repository.commit({
    'apps/shop.yaml': prefixed,
    'shop/kustomization.yaml': 'resources: [settings.yaml]\n',
  })
  system.context.system.webhook([fleet.repository.url])
  await system.until('the prefix', () => named('new-settings'))
  await system.healthy('shop')

  await system.context.system.undo('shop', { initiatedBy: 'ada' })
  await system.until('no prefix', async () => (await named('settings')) && !(await named('new-settings')))
  await system.context.system.refresh(fleet.repository.name, { hard: true })
  await system.context.system.settled()
  expect([await named('settings'), await named('new-settings')]).toEqual([true, false])
})

test('a hold keeps Git away until somebody resumes, or its time is over', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const fleet = await shop(directory.path, cluster)
  await using system = fleet.system
  const engine = system.context.system
  await engine.hold('shop', { initiatedBy: 'ada', reason: 'until the morning' })
  await noticed(fleet, system, await fleet.repository.commit(setting('three'), 'Three'))
  expect(await fleet.value()).toBe('two')

  await engine.resume('shop', 'ada')
  await system.until('three', async () => (await fleet.value()) === 'three')
  await system.healthy('shop')

  const until = new Date(Date.now() + 1_500).toISOString()
  await engine.hold('shop', { initiatedBy: 'ada', until })
  await fleet.repository.commit(setting('four'), 'Four')
  engine.webhook([fleet.repository.url])
  await system.until('four', async () => (await fleet.value()) === 'four')
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until))
})

test('what cannot be undone, held or resumed is refused with the reason', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const fleet = await shop(directory.path, cluster)
  await using system = fleet.system
  const engine = system.context.system
  await expect(engine.undo('shop', { initiatedBy: 'ada', to: 'fffffff' })).rejects.toThrow('it was never applied here')
  await expect(engine.undo('nope', { initiatedBy: 'ada' })).rejects.toMatchObject({ reason: 'NotFound' })
  await expect(engine.resume('shop', 'ada')).rejects.toThrow('it is not held')
  await expect(engine.hold('shop', { initiatedBy: 'ada', until: '2020-01-01T00:00:00Z' })).rejects.toThrow(
    'that is no time to come',
  )
  expect(system.app('shop')?.hold).toBeUndefined()
})
