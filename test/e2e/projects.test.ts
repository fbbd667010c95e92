/** AppProjects in Git restrict applications: what they deny is said and nothing more happens; what they allow later goes on by itself. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type GitServer, startGitServer } from '../support/git-server.ts'
import { createJumpingClock } from '../support/jumping-clock.ts'
import { application, configMap } from '../support/manifests.ts'
import { startCluster, startSystem, temporaryDirectory } from '../support/start-system.ts'

const configMaps = { group: '', kind: 'ConfigMap' }

let git: GitServer
beforeAll(async () => {
  git = await startGitServer()
})
afterAll(async () => {
  await git[Symbol.asyncDispose]()
})

function project(spec: Record<string, unknown>): string {
  const permissive = { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }] }
  const object = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'team' },
    spec: { ...permissive, ...spec },
  }
  return JSON.stringify(object)
}

function ofTeam(name: string, url: string, path: string): string {
  return application(name, url, path).replace('project: default', 'project: team')
}

/** A repository whose `apps` hold what `apps` says of its own URL. */
async function fleet(apps: (url: string) => Record<string, string>, files: Record<string, string>) {
  const repository = await git.createRepository(files)
  await repository.commit(apps(repository.url), 'Add the applications')
  return repository
}

test('what a project denies is said with the rule, keeps what is there, and goes on when the project permits it', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await fleet(
    (url) => ({
      'apps/shop.yaml': ofTeam('shop', url, 'shop'),
      'apps/other.yaml': application('other', url, 'other'),
    }),
    { 'shop/a.yaml': configMap('shop', 'one'), 'other/a.yaml': configMap('other', 'one') },
  )
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.url, path: 'apps' })
  const reasonOf = (name: string) => system.app(name)?.reason
  const push = async (files: Record<string, string | null>, subject: string) => {
    await repository.commit(files, subject)
    system.context.system.webhook([repository.url])
  }

  await system.until('the missing project', () => reasonOf('shop') === 'ProjectUnknown')
  expect(system.app('shop')?.message).toBe('Cannot sync shop: there is no AppProject team; Git delivers none')
  await system.healthy('other')
  expect(await cluster.get(configMaps, 'default', 'shop')).toBeUndefined()

  await push(
    { 'apps/team.yaml': project({ destinations: [{ server: '*', namespace: '!default' }] }) },
    'Add the project',
  )
  await system.until('the denied destination', () => reasonOf('shop') === 'NotPermitted')
  expect(system.app('shop')?.message).toMatch(
    /project team does not permit it: .*"!default".* denies namespace default .*\(destinations\[0\]\)$/,
  )
  expect(await cluster.get(configMaps, 'default', 'shop')).toBeUndefined()

  await push({ 'apps/team.yaml': project({}) }, 'Permit the destination')
  await system.healthy('shop')
  expect(reasonOf('shop')).toBe('')

  await push(
    { 'apps/team.yaml': project({ namespaceResourceBlacklist: [{ group: '', kind: 'ConfigMap' }] }) },
    'Deny the kind',
  )
  await system.until('the denied kind', () => reasonOf('shop') === 'NotPermitted')
  expect(system.app('shop')?.message).toMatch(/ConfigMap default\/shop \(namespaceResourceBlacklist\[0\]\)$/)
  const kept = await cluster.get(configMaps, 'default', 'shop')
  expect(kept?.['data']).toEqual({ value: 'one' })
  await push({ 'shop/a.yaml': configMap('shop', 'two') }, 'Change what is not permitted')

  await push({ 'apps/team.yaml': project({ sourceRepos: ['https://elsewhere/*'] }) }, 'Deny the source')
  await system.until('the denied source', () => system.app('shop')?.message.includes('(sourceRepos)'))

  await push({ 'apps/team.yaml': project({}) }, 'Permit everything')
  await system.until('the change', async () => {
    const found = await cluster.get(configMaps, 'default', 'shop')
    return (found?.['data'] as { value?: string } | undefined)?.value === 'two'
  })
  await system.healthy('shop')
})

test('a project is known again after a restart, before anything is rendered', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await fleet(
    (url) => ({ 'apps/shop.yaml': ofTeam('shop', url, 'shop'), 'apps/team.yaml': project({}) }),
    { 'shop/a.yaml': configMap('shop', 'one') },
  )
  const options = { directory: directory.path, cluster, repo: repository.url, path: 'apps' }
  {
    await using system = await startSystem(options)
    await system.healthy('shop')
    await system.healthy(repository.name)
  }
  await using system = await startSystem(options)
  await system.healthy('shop')
  await system.context.system.settled()
  const events = await system.context.system.events({ application: 'shop' })
  expect(events.filter((event) => event.reason !== undefined)).toEqual([])
  expect(system.context.system.statistics().renders).toBe(0)
})

test('a closed sync window holds automated and manual syncs, says when it opens, and the edge itself wakes them', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const start = Date.now()
  const clock = createJumpingClock(start)
  const opened = new Date(start - 3_600_000)
  const closesAt = new Date(opened).setUTCSeconds(0, 0) + 3 * 3_600_000
  const window = {
    kind: 'deny',
    schedule: `${opened.getUTCMinutes()} ${opened.getUTCHours()} * * *`,
    duration: '3h',
    applications: ['shop'],
  }
  const repository = await fleet(
    (url) => ({
      'apps/shop.yaml': ofTeam('shop', url, 'shop'),
      'apps/free.yaml': ofTeam('free', url, 'free'),
      'apps/team.yaml': project({ syncWindows: [window] }),
    }),
    { 'shop/a.yaml': configMap('shop', 'one'), 'free/a.yaml': configMap('free', 'one') },
  )
  await using system = await startSystem({
    directory: directory.path,
    cluster,
    repo: repository.url,
    path: 'apps',
    clock,
  })

  await system.until('the closed window', () => system.app('shop')?.reason === 'SyncWindowClosed')
  const opens = `opens at ${new Date(closesAt).toISOString()}; syncWindows[0] (deny ${window.schedule} for 3h) is open`
  expect(system.app('shop')?.message).toContain(opens)
  await system.healthy('free')
  await system.healthy(repository.name)
  await expect(system.context.system.sync('shop', { initiatedBy: 'alice' })).rejects.toThrow(`by hand: ${opens}`)
  expect(await cluster.get(configMaps, 'default', 'shop')).toBeUndefined()

  clock.jumpTo(closesAt + 1_000)
  await system.healthy('shop')
  expect(system.app('shop')?.reason).toBe('')

  const always = { ...window, schedule: '* * * * *', duration: '1h', manualSync: true }
  await repository.commit({ 'apps/team.yaml': project({ syncWindows: [always] }) }, 'Freeze')
  system.context.system.webhook([repository.url])
  await system.until(
    'the project',
    async () =>
      (await system.context.system.events({ application: repository.name, types: ['SyncSucceeded'] })).length === 2,
  )
  await repository.commit({ 'shop/a.yaml': configMap('shop', 'two') }, 'Change shop')
  system.context.system.webhook([repository.url])
  await system.until('the freeze', () => system.app('shop')?.message.includes('no opening is in sight'))
  const operation = await system.context.system.sync('shop', { initiatedBy: 'alice' })
  expect(operation.initiatedBy).toBe('alice')
  await system.healthy('shop')

  await repository.commit({ 'apps/team.yaml': project({ syncWindows: [{ ...always, manualSync: false }] }) }, 'Stop')
  system.context.system.webhook([repository.url])
  await system.until(
    'the stop',
    async () =>
      (await system.context.system.events({ application: repository.name, types: ['SyncSucceeded'] })).length === 3,
  )
  await expect(system.context.system.undo('shop', { initiatedBy: 'alice' })).rejects.toThrow(
    'by hand: no opening is in sight',
  )
  expect(system.app('shop')?.hold).toBeUndefined()
})
