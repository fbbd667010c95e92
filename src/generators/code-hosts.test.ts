/** SCM and pull request generators against local servers that answer in the shapes of the code hosts' documented APIs. */
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { HttpRequest } from '../delivery/applicationset/context.ts'
import { contextOf, generate, names } from '../delivery/applicationset/testing/world.ts'
import { createGeneratorHttp } from './http.ts'

type Answer = unknown | { readonly status: number } | { readonly link: string; readonly body: unknown }
type Routes = Readonly<Record<string, Answer | ((request: IncomingMessage) => Answer)>>

const http = createGeneratorHttp()
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
afterAll(() => http[Symbol.asyncDispose]())

/** Routes by path and query as sent; what is not listed is 404. `seen` holds the credentials of every request. */
async function host(routes: Routes): Promise<{ readonly url: string; readonly seen: string[] }> {
  const seen: string[] = []
  const server = createServer((request, response) => {
    const { authorization, 'private-token': token } = request.headers
    seen.push(String(authorization ?? token ?? ''))
    const route = routes[request.url ?? ''] ?? { status: 404 }
    const answer = typeof route === 'function' ? (route as (one: IncomingMessage) => Answer)(request) : route
    const shaped = answer as { status?: number; headers?: Record<string, string>; body?: unknown }
    const isShaped = typeof answer === 'object' && answer !== null && ('status' in answer || 'headers' in answer)
    response.writeHead(isShaped ? (shaped.status ?? 200) : 200, {
      'content-type': 'application/json',
      ...(isShaped ? shaped.headers : {}),
    })
    response.end(JSON.stringify(isShaped ? (shaped.body ?? {}) : answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(() => resolve())))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

const send = (request: HttpRequest) => http.send(request)
const token = `
apiVersion: v1
kind: Secret
metadata: {name: scm}
stringData: {token: "s3cret\\n"}`
const tokenRef = '{secretName: scm, key: token}'
const world = { http: send, objects: token }

async function repositories(scm: string, more = ''): Promise<(string | undefined)[]> {
  return names(
    await generate(
      `
generators: [{scmProvider: {${scm}}}]
template: {metadata: {name: '{{organization}}/{{repository}}@{{branch}}:{{short_sha}} {{url}} [{{labels}}]${more}'}, spec: {}}`,
      world,
    ),
  )
}

async function pulls(pullRequest: string): Promise<(string | undefined)[]> {
  return names(
    await generate(
      `
goTemplate: true
generators: [{pullRequest: {${pullRequest}}}]
template: {metadata: {name: '{{ .number }} {{ .title }} {{ .branch_slug }}>{{ .target_branch }} {{ .head_short_sha_7 }} {{ .author }} {{ .labels | join "," }}'}, spec: {}}`,
      world,
    ),
  )
}

const sha = '0123456789abcdef0123456789abcdef01234567'

describe('scmProvider', () => {
  const githubRepository = (name: string, more: object = {}) => ({
    id: 7,
    name,
    owner: { login: 'org' },
    default_branch: 'main',
    ssh_url: `git@gh:org/${name}.git`,
    clone_url: `https://gh/org/${name}.git`,
    topics: ['deploy', 'team-a'],
    ...more,
  })

  test('github: pages, filters on repository, label, branch and path; the token is sent', async () => {
    const { url, seen } = await host({
      '/api/v3/orgs/org/repos?per_page=100': (request: IncomingMessage) => ({
        headers: { link: `<http://${request.headers.host}/api/v3/orgs/org/repos?per_page=100&page=2>; rel="next"` },
        body: [githubRepository('shop'), githubRepository('docs', { topics: [] })],
      }),
      '/api/v3/orgs/org/repos?per_page=100&page=2': [
        githubRepository('empty'),
        githubRepository('old', { archived: true }),
      ],
      '/api/v3/repos/org/shop/branches?per_page=100': [
        { name: 'main', commit: { sha } },
        { name: 'feat/x', commit: { sha } },
      ],
      '/api/v3/repos/org/empty/branches?per_page=100': [],
      '/api/v3/repos/org/shop/contents/k8s/app.yaml?ref=main': {},
    })
    const scm = `github: {organization: org, api: '${url}', tokenRef: ${tokenRef}, allBranches: true, excludeArchivedRepos: true}`
    expect(await repositories(`${scm}, filters: [{labelMatch: '^deploy$', repositoryMatch: '^(shop|empty)'}]`)).toEqual(
      [
        'org/shop@feat/x:01234567 git@gh:org/shop.git [deploy,team-a]',
        'org/shop@main:01234567 git@gh:org/shop.git [deploy,team-a]',
      ],
    )
    expect(
      await repositories(
        `${scm}, cloneProtocol: https, filters: [{repositoryMatch: shop, branchMatch: main, pathsExist: [k8s/app.yaml/], pathsDoNotExist: [nope]}]`,
      ),
    ).toEqual(['org/shop@main:01234567 https://gh/org/shop.git [deploy,team-a]'])
    expect(new Set(seen)).toEqual(new Set(['Bearer s3cret']))
  })

  test('github: an organisation that does not answer is an error, never no repositories', async () => {
    const { url } = await host({ '/api/v3/orgs/org/repos?per_page=100': { status: 502 } })
    await expect(repositories(`github: {organization: org, api: '${url}'}`)).rejects.toThrow(
      /generator 0 \(scmProvider\): http:\/\/127\.0\.0\.1:\d+\/api\/v3\/orgs\/org\/repos answered 502/,
    )
  })

  test('github: an App gets its own token', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const { url, seen } = await host({
      '/api/v3/app/installations/12/access_tokens': { token: 'of-app' },
      '/api/v3/orgs/org/repos?per_page=100': [],
    })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const objects = `${token}
---
apiVersion: v1
kind: Secret
metadata: {name: app}
stringData: {githubAppID: "1", githubAppInstallationID: "12", githubAppPrivateKey: ${JSON.stringify(pem)}}`
    const spec = `generators: [{scmProvider: {github: {organization: org, api: '${url}', appSecretName: app}}}]`
    expect(names(await generate(spec, { http: send, objects }))).toEqual([])
    expect(seen[0]).toMatch(/^Bearer ey/)
    expect(seen[1]).toBe('Bearer of-app')
  })

  test('gitlab: a group, its default branches, paths by listing the folder', async () => {
    const { url, seen } = await host({
      '/api/v4/groups/team%2Fshop/projects?per_page=100&include_subgroups=true&with_shared=true': {
        headers: { 'x-next-page': '2' },
        body: [
          {
            id: 5,
            path: 'api',
            namespace: { full_path: 'team/shop' },
            default_branch: 'main',
            ssh_url_to_repo: 'git@gl:team/shop/api.git',
            http_url_to_repo: 'https://gl/team/shop/api.git',
            topics: ['t'],
          },
        ],
      },
      '/api/v4/groups/team%2Fshop/projects?per_page=100&include_subgroups=true&with_shared=true&page=2': [],
      '/api/v4/projects/5/repository/branches/main': { name: 'main', commit: { id: sha } },
      '/api/v4/projects/5/repository/tree?path=deploy&ref=main&per_page=100': [{ path: 'deploy/app.yaml' }],
    })
    expect(
      await repositories(
        `gitlab: {group: team/shop, api: '${url}', includeSubgroups: true, tokenRef: ${tokenRef}}, filters: [{pathsExist: [deploy/app.yaml], pathsDoNotExist: [other/file]}]`,
      ),
    ).toEqual(['team/shop/api@main:01234567 git@gl:team/shop/api.git [t]'])
    expect(seen[0]).toBe('s3cret')
  })

  test('gitea: labels are those of the repository', async () => {
    const { url, seen } = await host({
      '/api/v1/orgs/org/repos?limit=50': [
        { id: 1, name: 'r', default_branch: 'main', ssh_url: 'ssh', html_url: 'https://gitea/org/r' },
      ],
      '/api/v1/repos/org/r/labels?limit=50': [{ name: 'bug' }],
      '/api/v1/repos/org/r/branches/main': { name: 'main', commit: { id: sha } },
    })
    expect(
      await repositories(`gitea: {owner: org, api: '${url}', tokenRef: ${tokenRef}}, cloneProtocol: https`),
    ).toEqual(['org/r@main:01234567 https://gitea/org/r [bug]'])
    expect(seen[0]).toBe('token s3cret')
  })

  test('bitbucketServer: pages by start, default branches asked for', async () => {
    const repository = (slug: string) => ({
      id: 1,
      slug,
      project: { key: 'PRJ' },
      links: { clone: [{ name: 'ssh', href: `ssh://bb/${slug}` }] },
    })
    const { url, seen } = await host({
      '/rest/api/1.0/projects/PRJ/repos?limit=100': { values: [repository('a')], isLastPage: false, nextPageStart: 1 },
      '/rest/api/1.0/projects/PRJ/repos?limit=100&start=1': { values: [repository('empty')], isLastPage: true },
      '/rest/api/1.0/projects/PRJ/repos/a/branches/default': { displayId: 'main', latestCommit: sha },
    })
    expect(
      await repositories(
        `bitbucketServer: {project: PRJ, api: '${url}', basicAuth: {username: u, passwordRef: ${tokenRef}}}`,
      ),
    ).toEqual(['PRJ/a@main:01234567 ssh://bb/a []'])
    expect(seen[0]).toBe(`Basic ${Buffer.from('u:s3cret').toString('base64')}`)
  })

  test('azureDevOps: repositories without a default branch are left out', async () => {
    const { url } = await host({
      '/org/proj/_apis/git/repositories?api-version=7.1': {
        value: [
          { id: 'u-1', name: 'r', defaultBranch: 'refs/heads/main', remoteUrl: 'https://az/r' },
          { id: 'u-2', name: 'empty', remoteUrl: 'https://az/empty' },
        ],
      },
      '/org/proj/_apis/git/repositories/u-1/stats/branches?api-version=7.1&name=main': {
        name: 'main',
        commit: { commitId: sha },
      },
    })
    expect(
      await repositories(
        `azureDevOps: {organization: org, teamProject: proj, api: '${url}', accessTokenRef: ${tokenRef}}`,
      ),
    ).toEqual(['org/r@main:01234567 https://az/r []'])
  })

  test('bitbucket: the address of the cloud, pages by URL', async () => {
    const asked: string[] = []
    const answers: Record<string, unknown> = {
      'https://api.bitbucket.org/2.0/repositories/ws?role=member&pagelen=100': {
        values: [
          {
            slug: 'r',
            uuid: '{1}',
            mainbranch: { name: 'main' },
            links: {
              clone: [
                { name: 'https', href: 'https://bb/ws/r' },
                { name: 'ssh', href: 'git@bb:ws/r' },
              ],
            },
          },
        ],
      },
      'https://api.bitbucket.org/2.0/repositories/ws/r/refs/branches/main': { name: 'main', target: { hash: sha } },
    }
    const spec = `
generators: [{scmProvider: {bitbucket: {owner: ws, user: me, appPasswordRef: ${tokenRef}}}}]
template: {metadata: {name: '{{repository}}@{{branch}} {{url}}'}, spec: {}}`
    const applications = await generate(spec, {
      objects: token,
      http({ url }) {
        asked.push(url)
        return { status: url in answers ? 200 : 404, headers: {}, body: JSON.stringify(answers[url] ?? {}) }
      },
    })
    expect(names(applications)).toEqual(['r@main git@bb:ws/r'])
    expect(asked).toEqual(Object.keys(answers))
  })

  test('a pattern that is none, a provider that is not supported, a Secret that is not there: said', async () => {
    await expect(repositories(`github: {organization: o}, filters: [{repositoryMatch: '('}]`)).rejects.toThrow(
      /"\(" is not a regular expression/,
    )
    await expect(repositories('awsCodeCommit: {}')).rejects.toThrow(/awsCodeCommit is not supported/)
    await expect(repositories('github: {organization: o, tokenRef: {secretName: none, key: k}}')).rejects.toThrow(
      /there is no Secret argocd\/none/,
    )
  })
})

describe('pullRequest', () => {
  const githubPull = (number: number, labels: string[], ref = `feat/Do_${number}`) => ({
    number,
    title: `PR ${number}`,
    user: { login: 'ann' },
    head: { ref, sha },
    base: { ref: 'main' },
    labels: labels.map((name) => ({ name })),
  })

  test('github: labels must all be there, filters may match anywhere', async () => {
    const { url } = await host({
      '/api/v3/repos/o/r/pulls?per_page=100': [
        githubPull(1, ['preview', 'x']),
        githubPull(2, ['x']),
        githubPull(3, ['preview'], 'chore'),
      ],
    })
    expect(
      await pulls(
        `github: {owner: o, repo: r, api: '${url}', labels: [preview]}, filters: [{branchMatch: feat, titleMatch: '^PR'}]`,
      ),
    ).toEqual(['1 PR 1 feat-do-1>main 0123456 ann preview,x'])
  })

  test('a repository that is not found is an error, unless it is said to mean none', async () => {
    const { url } = await host({})
    const github = `github: {owner: o, repo: r, api: '${url}'}`
    await expect(pulls(github)).rejects.toThrow(/pulls answered 404/)
    expect(await pulls(`${github}, continueOnRepoNotFoundError: true`)).toEqual([])
  })

  test('gitlab, gitea, bitbucketServer, bitbucket, azuredevops: each in its own words', async () => {
    const { url } = await host({
      '/api/v4/projects/team%2Fr/merge_requests?per_page=100&labels=a%2Cb&state=opened': [
        {
          iid: 4,
          title: 'MR',
          source_branch: 'Fix_it',
          target_branch: 'main',
          sha,
          author: { username: 'bob' },
          labels: ['a', 'b'],
        },
      ],
      '/api/v1/repos/o/r/pulls?state=open&limit=50': [githubPull(5, [])],
      '/rest/api/1.0/projects/P/repos/r/pull-requests?limit=100': {
        values: [
          {
            id: 6,
            title: 'S',
            fromRef: { displayId: 'x', latestCommit: sha },
            toRef: { displayId: 'main' },
            author: { user: { name: 'cat' } },
          },
        ],
        isLastPage: true,
      },
      '/2.0/repositories/o/r/pullrequests?pagelen=50': {
        values: [
          {
            id: 7,
            title: 'C',
            source: { branch: { name: 'y' }, commit: { hash: 'abcdef012345' } },
            destination: { branch: { name: 'main' } },
            author: { nickname: 'dan' },
          },
        ],
      },
      '/org/p/_apis/git/pullrequests?api-version=7.1&%24top=100': {
        value: [
          {
            pullRequestId: 8,
            title: 'A',
            repository: { name: 'r' },
            sourceRefName: 'refs/heads/z',
            targetRefName: 'refs/heads/main',
            lastMergeSourceCommit: { commitId: sha },
            createdBy: { uniqueName: 'eve@example.com' },
            labels: [{ name: 'l' }],
          },
          { pullRequestId: 9, repository: { name: 'other' } },
        ],
      },
    })
    expect(await pulls(`gitlab: {project: team/r, api: '${url}', labels: [a, b], pullRequestState: opened}`)).toEqual([
      '4 MR fix-it>main 0123456 bob a,b',
    ])
    expect(await pulls(`gitea: {owner: o, repo: r, api: '${url}'}`)).toEqual(['5 PR 5 feat-do-5>main 0123456 ann '])
    expect(await pulls(`bitbucketServer: {project: P, repo: r, api: '${url}'}`)).toEqual(['6 S x>main 0123456 cat '])
    expect(await pulls(`bitbucket: {owner: o, repo: r, api: '${url}/2.0'}`)).toEqual(['7 C y>main abcdef0 dan '])
    expect(await pulls(`azuredevops: {organization: org, project: p, repo: r, api: '${url}', labels: [l]}`)).toEqual([
      '8 A z>main 0123456 eve l',
    ])
  })
})

test('no answer at all names the address without its query', async () => {
  const context = contextOf({ http: send })
  await expect(context.http({ method: 'GET', url: 'http://127.0.0.1:1/x?token=s3cret', headers: {} })).rejects.toThrow(
    /^http:\/\/127\.0\.0\.1:1\/x does not answer: /,
  )
})
