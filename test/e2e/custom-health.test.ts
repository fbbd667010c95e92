/** Health checks of the users' own, from argocd-cm as it lies in the cluster: they judge, they change, they fail, and nothing else stops. */
import { writeFileSync } from 'node:fs'
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

function settings(script: string): string {
  const lines = script.split('\n').map((line) => `    ${line}`)
  return `apiVersion: v1
kind: Namespace
metadata: { name: argocd }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: argocd-cm, namespace: argocd }
data:
  resource.customizations.health.ConfigMap: |
${lines.join('\n')}
`
}

const flag = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: flag }\ndata: { state: bad }\n'
const other = 'if obj.metadata.name ~= "flag" then return nil end\n'

test('a script judges a kind that had no health; a new script judges anew; a hanging one is Unknown by name', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({
    'argocd-cm.yaml': settings(`${other}return { status = "Degraded", message = "state is " .. obj.data.state }`),
    'flag.yaml': flag,
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.url })
  const [root] = system.context.system.applications()
  const name = root?.name ?? ''
  const health = () => system.app(name)?.health
  await system.until('the verdict of the script', () => health()?.status === 'Degraded')
  expect(health()?.message).toBe('ConfigMap default/flag: state is bad')

  await repository.commit({ 'argocd-cm.yaml': settings(`${other}return { status = "Healthy" }`) }, 'Be content')
  system.context.system.webhook([repository.url])
  await system.healthy(name)

  await repository.commit(
    { 'argocd-cm.yaml': settings(`${other}while true do pcall(function() while true do end end) end`) },
    'Never end',
  )
  system.context.system.webhook([repository.url])
  await system.until('Unknown', () => health()?.status === 'Unknown')
  expect(health()?.message).toContain('health of ConfigMap in the settings: the script did not end in time')

  // The main loop went on all the while, and the way back is a commit.
  await repository.commit({ 'argocd-cm.yaml': settings('return nil') }, 'Say nothing')
  system.context.system.webhook([repository.url])
  await system.healthy(name)
})

test('settings from a file win over those in the cluster, and a wave waits for what a script says', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const file = `${directory.path}/argocd-cm.yaml`
  const script = `${other}if obj.data.state == "bad" then return { status = "Progressing", message = "not yet" } end\nreturn { status = "Healthy" }`
  writeFileSync(file, settings(script).split('---\n')[1] ?? '')
  const late =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: late, annotations: { argocd.argoproj.io/sync-wave: "1" } }\n'
  const repository = await git.createRepository({
    'argocd-cm.yaml': settings('return { status = "Degraded" }'),
    'flag.yaml': flag,
    'late.yaml': late,
  })
  await using system = await startSystem({
    directory: directory.path,
    cluster,
    repo: repository.url,
    config: { settingsFile: file },
  })
  const [root] = system.context.system.applications()
  const name = root?.name ?? ''
  await system.until('the wave to wait', () => system.app(name)?.operation?.message.includes('not yet'))
  const configMaps = { group: '', kind: 'ConfigMap' }
  expect(await cluster.get(configMaps, 'default', 'late')).toBeUndefined()

  await repository.commit({ 'flag.yaml': flag.replace('bad', 'good') }, 'Be ready')
  system.context.system.webhook([repository.url])
  await system.healthy(name)
  expect(await cluster.get(configMaps, 'default', 'late')).toBeDefined()
})
