/** A private repository whose credentials are in Argo CD's Secrets: they come, change, belong to a project, and are never shown. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRepository, startGitServer } from '../support/git-server.ts'
import { application, configMap } from '../support/manifests.ts'
import { type Cluster, startCluster, startSystem, temporaryDirectory } from '../support/start-system.ts'

const password = 'open-sesame-4711'

async function apply(cluster: Cluster, type: string, stringData: Record<string, string>): Promise<void> {
  const metadata = { name: type, namespace: 'argocd', labels: { 'argocd.argoproj.io/secret-type': type } }
  for (const object of [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } },
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData },
  ]) {
    const resource = (await cluster.client.discovery()).resource({ group: '', kind: object.kind })
    if (resource === undefined) throw new Error(`the cluster serves no ${object.kind}`)
    await cluster.client.apply(resource, object, { fieldManager: 'test', force: true })
  }
}

test('the Secret of a template opens a private repository; a wrong password and another project do not; nothing of it is written down', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  await using server = await startGitServer({ user: 'robot', password })
  const hidden = await server.createRepository({ 'k8s/a.yaml': configMap('hidden', 'one') }, { name: 'hidden' })
  const fleet = await createRepository(directory.path, 'fleet', {
    'apps/hidden.yaml': application('hidden', hidden.url, 'k8s'),
  })
  await using system = await startSystem({ cluster, directory: directory.path, repo: fleet.path, path: 'apps' })
  await system.until('the repository to refuse', () => system.app('hidden')?.reason === 'RepositoryAccessDenied')

  await apply(cluster, 'repo-creds', { url: server.url, username: 'robot', password: `${password}-wrong` })
  await system.until('the password to be tried', () => system.app('hidden')?.message.includes('uthentication'))
  await apply(cluster, 'repo-creds', { url: server.url, username: 'robot', password })
  await system.healthy('hidden')

  await apply(cluster, 'repository', { url: hidden.url, project: 'other', username: 'robot', password })
  await hidden.commit({ 'k8s/a.yaml': configMap('hidden', 'two') })
  const refused = await system.until('the project to be refused', () =>
    system.app('hidden')?.reason === 'NotPermitted' ? system.app('hidden') : undefined,
  )
  expect(refused.message).toContain('are for project other, not for default')

  const data = join(directory.path, 'data')
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files.length).toBeGreaterThan(0)
  for (const entry of files) expect(readFileSync(join(entry.parentPath, entry.name)).includes(password)).toBe(false)
  expect(JSON.stringify(system.context.system.applications())).not.toContain(password)
})
