/** The code hosts of the pull request generator: from their answers to pull requests. */
import type { PullRequestGenerator } from '../../../api/applicationset-scm.ts'
import { getField, getList, getNumber, getString } from '../../../kube/fields.ts'
import type { Generation } from '../generation.ts'
import type { Api } from './api.ts'
import { linkPages, nextPageHeader, nextUrlPages, type Pages, skipPages, startPages } from './api.ts'
import { azureApi, bitbucketApi, bitbucketServerApi, giteaApi, githubApi, gitlabApi } from './apis.ts'
import type { PullRequest } from './provider.ts'

/** One host's way: where its list is, and what an item of it means. */
interface Host {
  readonly api: Api
  readonly path: string
  readonly query: Readonly<Record<string, string | number | undefined>>
  readonly pages: Pages
  /** Undefined = not one of those asked for. */
  read(item: unknown): PullRequest | undefined
}

/**
 * A repository that is not found is an error, unless continueOnRepoNotFoundError says that it means none. Throws when no host is named.
 */
export async function pullRequestsOf(
  generator: PullRequestGenerator,
  generation: Generation,
): Promise<readonly PullRequest[]> {
  const { api, path, query, pages, read } = await hostOf(generator, generation)
  if (generator.continueOnRepoNotFoundError === true && (await api.find(path, query)) === undefined) return []
  const items = await api.all(path, query, pages)
  return items.map(read).filter((pull) => pull !== undefined)
}

const segment = encodeURIComponent

function text(tree: unknown, ...path: string[]): string {
  return getString(tree, ...path) ?? ''
}

function names(list: readonly unknown[]): string[] {
  return list.map((label) => (typeof label === 'string' ? label : text(label, 'name'))).filter((name) => name !== '')
}

function hasAll(wanted: readonly string[] | undefined, labels: readonly string[]): boolean {
  return (wanted ?? []).every((label) => labels.includes(label))
}

async function hostOf(generator: PullRequestGenerator, generation: Generation): Promise<Host> {
  if (generator.github !== undefined) return github(generator.github, generation)
  if (generator.gitlab !== undefined) return gitlab(generator.gitlab, generation)
  if (generator.gitea !== undefined) return gitea(generator.gitea, generation)
  if (generator.bitbucketServer !== undefined) return bitbucketServer(generator.bitbucketServer, generation)
  if (generator.bitbucket !== undefined) return bitbucket(generator.bitbucket, generation)
  if (generator.azuredevops !== undefined) return azureDevOps(generator.azuredevops, generation)
  throw new Error('it names no provider')
}

type Config<Name extends keyof PullRequestGenerator> = NonNullable<PullRequestGenerator[Name]>

/** GitHub and Gitea describe a pull request alike. */
function readHubLike(item: unknown, wanted: readonly string[] | undefined): PullRequest | undefined {
  const labels = names(getList(item, 'labels'))
  if (!hasAll(wanted, labels)) return undefined
  return {
    number: getNumber(item, 'number') ?? 0,
    title: text(item, 'title'),
    branch: text(item, 'head', 'ref'),
    targetBranch: text(item, 'base', 'ref'),
    headSha: text(item, 'head', 'sha'),
    author: text(item, 'user', 'login'),
    labels,
  }
}

async function github(config: Config<'github'>, generation: Generation): Promise<Host> {
  return {
    api: await githubApi(config, generation),
    path: `/repos/${segment(config.owner)}/${segment(config.repo)}/pulls`,
    query: { per_page: 100 },
    pages: linkPages,
    read: (item) => readHubLike(item, config.labels),
  }
}

async function gitea(config: Config<'gitea'>, generation: Generation): Promise<Host> {
  return {
    api: await giteaApi(config, generation),
    path: `/repos/${segment(config.owner)}/${segment(config.repo)}/pulls`,
    query: { state: 'open', limit: 50 },
    pages: linkPages,
    read: (item) => readHubLike(item, config.labels),
  }
}

async function gitlab(config: Config<'gitlab'>, generation: Generation): Promise<Host> {
  return {
    api: await gitlabApi(config, generation),
    path: `/projects/${segment(config.project)}/merge_requests`,
    query: {
      per_page: 100,
      labels: config.labels === undefined || config.labels.length === 0 ? undefined : config.labels.join(','),
      state: config.pullRequestState || undefined,
    },
    pages: nextPageHeader,
    read: (item) => ({
      number: getNumber(item, 'iid') ?? 0,
      title: text(item, 'title'),
      branch: text(item, 'source_branch'),
      targetBranch: text(item, 'target_branch'),
      headSha: text(item, 'sha'),
      author: text(item, 'author', 'username'),
      labels: names(getList(item, 'labels')),
    }),
  }
}

async function bitbucket(config: Config<'bitbucket'>, generation: Generation): Promise<Host> {
  return {
    api: await bitbucketApi(config, generation),
    path: `/repositories/${segment(config.owner)}/${segment(config.repo)}/pullrequests`,
    query: { pagelen: 50 },
    pages: nextUrlPages,
    read: (item) => ({
      number: getNumber(item, 'id') ?? 0,
      title: text(item, 'title'),
      branch: text(item, 'source', 'branch', 'name'),
      targetBranch: text(item, 'destination', 'branch', 'name'),
      headSha: text(item, 'source', 'commit', 'hash'),
      author: text(item, 'author', 'nickname'),
      labels: [],
    }),
  }
}

async function bitbucketServer(config: Config<'bitbucketServer'>, generation: Generation): Promise<Host> {
  return {
    api: await bitbucketServerApi(config, generation),
    path: `/projects/${segment(config.project)}/repos/${segment(config.repo)}/pull-requests`,
    query: { limit: 100 },
    pages: startPages,
    read: (item) => ({
      number: getNumber(item, 'id') ?? 0,
      title: text(item, 'title'),
      branch: text(item, 'fromRef', 'displayId'),
      targetBranch: text(item, 'toRef', 'displayId'),
      headSha: text(item, 'fromRef', 'latestCommit'),
      author: text(item, 'author', 'user', 'name'),
      labels: [],
    }),
  }
}

const azurePage = 100

async function azureDevOps(config: Config<'azuredevops'>, generation: Generation): Promise<Host> {
  const plain = (ref: string) => ref.replace(/^refs\/heads\//, '')
  return {
    api: await azureApi({ ...config, tokenRef: config.tokenRef }, generation),
    path: `/${segment(config.project)}/_apis/git/pullrequests`,
    query: { 'api-version': '7.1', $top: azurePage },
    pages: skipPages(azurePage),
    read(item) {
      const labels = names(getList(item, 'labels'))
      if (text(item, 'repository', 'name') !== config.repo || !hasAll(config.labels, labels)) return undefined
      if (getField(item, 'lastMergeSourceCommit', 'commitId') === undefined) return undefined
      return {
        number: getNumber(item, 'pullRequestId') ?? 0,
        title: text(item, 'title'),
        branch: plain(text(item, 'sourceRefName')),
        targetBranch: plain(text(item, 'targetRefName')),
        headSha: text(item, 'lastMergeSourceCommit', 'commitId'),
        author: text(item, 'createdBy', 'uniqueName').split('@')[0] ?? '',
        labels,
      }
    },
  }
}
