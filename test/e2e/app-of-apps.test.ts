/** An application of applications: its waves wait for children that nobody has looked at yet, too. */
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

function child(name: string, wave: number, repoURL: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, annotations: { argocd.argoproj.io/sync-wave: "${wave}" } }
spec:
  project: default
  source: { repoURL: "${repoURL}", path: ${name}, targetRevision: main }
  destination: { server: https://kubernetes.default.svc, namespace: default }
  syncPolicy: { automated: { prune: true, selfHeal: true } }
`
}

function deployment(name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: 1
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: web, image: "nginx:1" }] }
`
}

test('the child of a later wave comes when the child of the earlier one is healthy', async () => {
  using directory = temporaryDirectory()
  await using cluster = await startCluster(directory.path)
  const repository = await git.createRepository({
    'first/web.yaml': deployment('first'),
    'second/web.yaml': deployment('second'),
  })
  await repository.commit({
    'apps/first.yaml': child('first', 0, repository.url),
    'apps/second.yaml': child('second', 1, repository.url),
  })
  await using system = await startSystem({ directory: directory.path, cluster, repo: repository.url, path: 'apps' })

  await system.until('the second child', () => system.app('second') !== undefined)
  expect(system.app('first')).toMatchObject({ sync: { status: 'Synced' }, health: { status: 'Healthy' } })
  await system.healthy('second')
  await system.healthy(repository.name)
})
