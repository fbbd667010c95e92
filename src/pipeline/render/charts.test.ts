import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { memoryTree } from './memory-tree.ts'
import { dataOf, memoryStore, names, printingChart, request, serve, testRenderer, tgz } from './testkit.ts'

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function packaged(version: string): Buffer {
  return tgz(
    printingChart('printer', {
      'Chart.yaml': `apiVersion: v2\nname: printer\nversion: ${version}\n`,
      'values-prod.yaml': 'a: packaged-prod\n',
    }),
  )
}

/** A chart repository with versions 1.0.0, 1.2.0 and 2.0.0-rc.1 behind an ETag. */
async function repository(options: { wrongDigest?: boolean } = {}) {
  const archives = new Map(['1.0.0', '1.2.0', '2.0.0-rc.1'].map((version) => [version, packaged(version)]))
  const entries = [...archives].map(
    ([version, bytes]) =>
      `  - {name: printer, version: ${version}, urls: [charts/printer-${version}.tgz], digest: "${options.wrongDigest ? '0'.repeat(64) : sha256(bytes)}"}`,
  )
  const index = `apiVersion: v1\nentries:\n  printer:\n${entries.join('\n')}\n`
  return await serve((request, response) => {
    const archive = archives.get(/printer-(.+)\.tgz$/.exec(request.url ?? '')?.[1] ?? '')
    if (request.url === '/index.yaml') {
      if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end()
      else response.writeHead(200, { etag: '"1"' }).end(index)
    } else if (archive !== undefined) response.end(archive)
    else response.writeHead(404).end()
  })
}

test('a range is resolved against the index, which is fetched once and then only checked', async () => {
  await using server = await repository()
  await using first = await testRenderer()
  const source = { repoURL: server.url, chart: 'printer' }
  expect(await first.resolve({ ...source, targetRevision: '*' })).toBe('1.2.0')
  expect(await first.resolve({ ...source, targetRevision: '<1.1' })).toBe('1.0.0')
  expect(await first.resolve({ ...source, targetRevision: '*' })).toBe('1.2.0')
  expect(server.requests).toEqual(['GET /index.yaml', 'GET /index.yaml'])
  expect(await first.resolve({ ...source, targetRevision: '7.7.7' })).toBe('7.7.7')
  expect(server.requests).toHaveLength(2)
})

test('a chart from a repository is rendered, also with value files of its own and of another source, and fetched once', async () => {
  await using server = await repository()
  const cache = memoryStore()
  await using first = await testRenderer({ cache })
  const sources = [
    {
      repoURL: server.url,
      chart: 'printer',
      revision: '1.2.0',
      helm: { valueFiles: ['values-prod.yaml', '$vals/b.yaml'] },
    },
    { tree: memoryTree({ 'b.yaml': 'b: lent\n' }), ref: 'vals' },
  ]
  const result = await first.render(request(sources))
  expect(dataOf(result, 'web')).toEqual({ a: '"packaged-prod"', b: '"lent"', c: '"chart"' })
  expect(result.readSets).toEqual([[], [{ kind: 'file', path: 'b.yaml' }]])
  expect(result.objects[0]!.origin.path).toBe('templates/cm.yaml')

  const before = server.requests.length
  await using second = await testRenderer({ cache, dataDir: first.dataDir })
  await second.render(request(sources))
  expect([second.count, server.requests.length]).toEqual([0, before])
})

test.each([
  {
    options: {},
    chart: 'nothing',
    revision: '1.0.0',
    reason: 'RevisionNotFound',
    message: /Cannot find chart nothing from .*1\.0\.0/,
  },
  {
    options: {},
    chart: 'printer',
    revision: '9.9.9',
    reason: 'RevisionNotFound',
    message: /no version matches 9\.9\.9/,
  },
  {
    options: { wrongDigest: true },
    chart: 'printer',
    revision: '1.0.0',
    reason: 'ChartUnavailable',
    message: /digest/,
  },
])('$chart $revision is refused with $reason', async ({ options, chart, revision, reason, message }) => {
  await using server = await repository(options)
  await using renderer = await testRenderer()
  const rendering = renderer.render(request({ repoURL: server.url, chart, revision }))
  await expect(rendering).rejects.toMatchObject({ reason, message: expect.stringMatching(message) })
})

test('a repository that does not answer is ChartUnavailable', async () => {
  const server = await repository()
  await server[Symbol.asyncDispose]()
  await using renderer = await testRenderer()
  const resolving = renderer.resolve({ repoURL: server.url, chart: 'printer', targetRevision: '*' })
  await expect(resolving).rejects.toMatchObject({ reason: 'ChartUnavailable' })
})

/** A registry that hands out tokens, pages its tags, and holds team/printer 1.0.0 and 1.1.0+build. */
async function registry() {
  const archive = packaged('1.1.0')
  const manifest = JSON.stringify({
    schemaVersion: 2,
    layers: [
      {
        mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
        digest: `sha256:${sha256(archive)}`,
        size: archive.length,
      },
    ],
  })
  return await serve((request, response) => {
    const { host } = request.headers
    const url = request.url ?? ''
    if (url.startsWith('/token')) {
      response.end(JSON.stringify({ token: 'granted' }))
    } else if (request.headers.authorization !== 'Bearer granted') {
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token",service="test"` }).end()
    } else if (url === '/v2/team/printer/tags/list?n=1000') {
      response.writeHead(200, { link: '</v2/team/printer/tags/list?n=1000&last=1.0.0>; rel="next"' })
      response.end(JSON.stringify({ tags: ['1.0.0'] }))
    } else if (url.startsWith('/v2/team/printer/tags/list')) {
      response.end(JSON.stringify({ tags: ['1.1.0_build', 'latest'] }))
    } else if (url === '/v2/team/printer/manifests/1.1.0_build') {
      response.end(manifest)
    } else if (url === `/v2/team/printer/blobs/sha256:${sha256(archive)}`) {
      response.end(archive)
    } else {
      response.writeHead(404).end()
    }
  })
}

test.each([
  { scheme: '', chart: 'printer', path: '/team', reason: 'without scheme, as Argo CD writes OCI repositories' },
  { scheme: 'oci://', chart: 'printer', path: '/team', reason: 'with scheme' },
  { scheme: 'oci://', chart: undefined, path: '/team/printer', reason: 'the URL names the chart' },
])('a chart in a registry: $reason', async ({ scheme, chart, path }) => {
  await using server = await registry()
  await using renderer = await testRenderer()
  const source = {
    repoURL: `${scheme}${server.url.replace('http://', '')}${path}`,
    ...(chart === undefined ? {} : { chart }),
  }
  const revision = await renderer.resolve({ ...source, targetRevision: '1.x' })
  expect(revision).toBe('1.1.0+build')
  expect(names(await renderer.render(request({ ...source, revision, helm: { releaseName: 'r' } })))).toEqual([
    'ConfigMap shop/r',
  ])
})

test('a missing dependency of a chart in Git is fetched from its repository', async () => {
  await using server = await repository()
  await using renderer = await testRenderer()
  const tree = memoryTree({
    'app/Chart.yaml': `apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n- {name: printer, version: "1.x", repository: "${server.url}"}\n`,
    'app/Chart.lock': `dependencies:\n- {name: printer, version: 1.0.0, repository: "${server.url}"}\n`,
    'app/values.yaml': 'printer: {a: parent}\n',
  })
  const result = await renderer.render(request({ tree, path: 'app' }))
  expect(dataOf(result, 'web')).toMatchObject({ a: '"parent"' })
  expect(server.requests).toContain('GET /charts/printer-1.0.0.tgz')
})
