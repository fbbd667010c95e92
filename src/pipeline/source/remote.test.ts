import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { type GitServer, type GitServerOptions, startGitServer } from '../../../test/support/git-server.ts'
import { reasonOf } from '../../api/errors.ts'
import type { FetchInfo } from './mirror.ts'
import type { Sources } from './source.ts'
import { createSources, type SourcesOptions } from './sources.ts'

const cleanups: (() => PromiseLike<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function serve(options: GitServerOptions = {}): Promise<GitServer> {
  const server = await startGitServer(options)
  cleanups.push(() => server[Symbol.asyncDispose]())
  return server
}

function sourcesIn(
  dataDir = newDataDir(),
  options: Partial<SourcesOptions> = {},
): Sources & { readonly fetches: FetchInfo[] } {
  const fetches: FetchInfo[] = []
  const sources = createSources({ dataDir, onFetch: (info) => fetches.push(info), ...options })
  cleanups.push(() => sources[Symbol.asyncDispose]())
  return Object.assign(sources, { fetches })
}

function newDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'halcyon-source-'))
  cleanups.push(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }))
  return dataDir
}

async function failure(work: Promise<unknown>): Promise<{ reason: string; message: string }> {
  const error = await work.then(
    () => new Error('it succeeded'),
    (thrown: unknown) => thrown as Error,
  )
  return { reason: reasonOf(error), message: error.message }
}

test('a push over HTTP is seen by the next fetch, and only what changed is named', async () => {
  const server = await serve()
  const repo = await server.createRepository({ 'apps/a/x.yaml': 'a: 1\n', 'apps/b/x.yaml': 'b: 1\n' })
  const sources = sourcesIn()
  const repository = sources.open(repo.url)
  await repository.fetch()
  const first = await repository.resolve('')
  expect(first).toEqual({ commit: await repo.git('rev-parse', 'HEAD'), ref: 'main' })

  const sha = await repo.commit({ 'apps/b/x.yaml': 'b: 2\n' }, 'Raise b\n\nBecause.')
  await repository.fetch()
  expect(await repository.resolve('main')).toEqual({ commit: sha, ref: 'main' })
  expect(await repository.changedPaths(first.commit, sha)).toEqual([{ path: 'apps/b/x.yaml', change: 'modified' }])
  expect((await repository.tree(sha).read('apps/b/x.yaml'))?.bytes.toString()).toBe('b: 2\n')
  expect((await repository.tree(first.commit).read('apps/b/x.yaml'))?.bytes.toString()).toBe('b: 1\n')
  expect(await repository.commit(sha)).toMatchObject({
    sha,
    author: 'Test Person',
    email: 'test@example.com',
    subject: 'Raise b',
    parents: [first.commit],
  })
  expect((await repository.lastChange(sha, ['apps/a']))?.sha).toBe(first.commit)
  expect((await repository.lastChange(sha, ['apps/b/x.yaml']))?.sha).toBe(sha)
  expect(sources.fetches.map((info) => info.outcome)).toEqual(['changed', 'changed'])
})

test('fifty callers share one fetch', async () => {
  const server = await serve()
  const repo = await server.createRepository()
  const sources = sourcesIn()
  const repository = sources.open(repo.url)
  await Promise.all(Array.from({ length: 50 }, () => repository.fetch()))
  expect(sources.fetches).toHaveLength(1)
})

test('who fetches after a webhook is not given a fetch that began before it', async () => {
  const server = await serve()
  const repo = await server.createRepository()
  const sources = sourcesIn()
  const repository = sources.open(repo.url)
  onTestFinished(sources.watch(repo.url, () => {}))
  const before = repository.fetch()
  sources.poke(repo.url)
  const after = repository.fetch()
  await Promise.all([before, after])
  expect(sources.fetches).toHaveLength(2)
})

test('the default branch is followed when it is renamed', async () => {
  const server = await serve()
  const repo = await server.createRepository()
  const repository = sourcesIn().open(repo.url)
  await repository.fetch()
  await repo.git('push', 'origin', 'HEAD:refs/heads/trunk')
  await repo.git('--git-dir', repo.path, 'symbolic-ref', 'HEAD', 'refs/heads/trunk')
  await repo.git('push', 'origin', '--delete', 'main')
  await repository.fetch()
  expect((await repository.resolve('HEAD')).ref).toBe('trunk')
})

test('a deleted branch no longer resolves', async () => {
  const server = await serve()
  const repo = await server.createRepository()
  await repo.git('push', 'origin', 'HEAD:refs/heads/feature/one')
  const repository = sourcesIn().open(repo.url)
  await repository.fetch()
  expect((await repository.resolve('feature/one')).ref).toBe('feature/one')
  await repo.git('push', 'origin', '--delete', 'feature/one')
  await repository.fetch()
  expect(await failure(repository.resolve('feature/one'))).toMatchObject({ reason: 'RevisionNotFound' })
})

test('a commit that no branch reaches any more is fetched by its id', async () => {
  const server = await serve()
  const repo = await server.createRepository()
  const lost = await repo.commit({ 'a.txt': 'lost' })
  await repo.git('reset', '--hard', 'HEAD~1')
  await repo.commit({ 'a.txt': 'kept' })
  const repository = sourcesIn().open(repo.url)
  await repository.fetch()
  expect(await repository.resolve(lost)).toEqual({ commit: lost, ref: undefined })
  expect((await repository.tree(lost).read('a.txt'))?.bytes.toString()).toBe('lost')
  expect(await failure(repository.resolve('f'.repeat(40)))).toMatchObject({ reason: 'RevisionNotFound' })
})

test('while the server is down the last state stays usable, and the error names the repository', async () => {
  const server = await serve()
  const repo = await server.createRepository({ 'a.txt': 'one' })
  const sources = sourcesIn()
  const repository = sources.open(repo.url)
  await repository.fetch()
  await server.stop()
  const { reason, message } = await failure(repository.fetch())
  expect(reason).toBe('RepositoryUnavailable')
  expect(message).toMatch(/^Cannot fetch http:\/\/127\.0\.0\.1:\d+\/repository-1\.git: /)
  const { commit } = await repository.resolve('main')
  expect((await repository.tree(commit).read('a.txt'))?.bytes.toString()).toBe('one')
  await server.start()
  const sha = await repo.commit({ 'a.txt': 'two' })
  await repository.fetch()
  expect((await repository.resolve('main')).commit).toBe(sha)
  expect(sources.fetches.map((info) => info.outcome)).toEqual(['changed', 'failed', 'changed'])
})

test('after a restart the mirror answers without a fetch', async () => {
  const server = await serve()
  const repo = await server.createRepository()
  const dataDir = newDataDir()
  const first = createSources({ dataDir })
  await first.open(repo.url).fetch()
  const { commit } = await first.open(repo.url).resolve('main')
  await first[Symbol.asyncDispose]()
  const requests = server.requests.length
  expect((await sourcesIn(dataDir).open(repo.url).resolve('main')).commit).toBe(commit)
  expect(server.requests).toHaveLength(requests)
})

test.each([
  ['a user and password in the URL are used', (url: string) => url.replace('//', '//bob:s3cret@'), undefined],
  [
    'a wrong password is denied, and not shown',
    (url: string) => url.replace('//', '//bob:wr0ng@'),
    'RepositoryAccessDenied',
  ],
  ['no password at all is denied instead of asked for', (url: string) => url, 'RepositoryAccessDenied'],
])('%s', async (_, spell, reason) => {
  const server = await serve({ user: 'bob', password: 's3cret' })
  const repo = await server.createRepository()
  const repository = sourcesIn().open(spell(repo.url))
  if (reason === undefined) {
    await repository.fetch()
    expect((await repository.resolve('main')).ref).toBe('main')
  } else {
    const error = await failure(repository.fetch())
    expect(error).toMatchObject({ reason })
    expect(error.message).not.toMatch(/wr0ng/)
  }
  expect(repository.url).not.toMatch(/s3cret|wr0ng/)
})

test('a repository that does not exist is unavailable, with the words of git', async () => {
  const server = await serve()
  const error = await failure(sourcesIn().open(`${server.url}/none.git`).fetch())
  expect(error).toEqual({
    reason: 'RepositoryUnavailable',
    message: `Cannot fetch ${server.url}/none.git: repository '${server.url}/none.git/' not found`,
  })
})

test('a caller who aborts stops waiting for a server that never answers', async () => {
  const server = await serve()
  const repo = await server.createRepository()
  server.mode = 'hang'
  const abort = new AbortController()
  const fetching = sourcesIn().open(repo.url).fetch(abort.signal)
  abort.abort(new Error('enough'))
  await expect(fetching).rejects.toThrow('enough')
})
