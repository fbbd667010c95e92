/** The code hosts of the SCM provider generator: one function per host, from its answers to repositories and branches. */
import { posix } from 'node:path'
import type { ScmProviderGenerator } from '../../../api/applicationset-scm.ts'
import { getField, getList, getString } from '../../../kube/fields.ts'
import type { Generation } from '../generation.ts'
import { linkPages, nextPageHeader, nextUrlPages, startPages, valuePage } from './api.ts'
import { azureApi, bitbucketApi, bitbucketServerApi, giteaApi, githubApi, gitlabApi } from './apis.ts'
import type { ScmBranch, ScmProvider, ScmRepository } from './provider.ts'

/** Throws when no host, or one that is not supported, is named. */
export async function scmProviderOf(scm: ScmProviderGenerator, generation: Generation): Promise<ScmProvider> {
  const protocol = scm.cloneProtocol ?? ''
  if (scm.github !== undefined) return github(scm.github, protocol, generation)
  if (scm.gitlab !== undefined) return gitlab(scm.gitlab, protocol, generation)
  if (scm.gitea !== undefined) return gitea(scm.gitea, protocol, generation)
  if (scm.bitbucketServer !== undefined) return bitbucketServer(scm.bitbucketServer, protocol, generation)
  if (scm.azureDevOps !== undefined) return azureDevOps(scm.azureDevOps, generation)
  if (scm.bitbucket !== undefined) return bitbucket(scm.bitbucket, protocol, generation)
  if (scm.awsCodeCommit !== undefined) throw new Error('awsCodeCommit is not supported: use a plugin generator')
  throw new Error('it names no provider')
}

type Config<Name extends keyof ScmProviderGenerator> = NonNullable<ScmProviderGenerator[Name]>

const segment = encodeURIComponent
const pathOf = (path: string) => path.split('/').map(segment).join('/')

function text(tree: unknown, ...path: string[]): string {
  const value = getField(tree, ...path)
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

function texts(list: readonly unknown[]): string[] {
  return list.filter((one) => typeof one === 'string')
}

/** The address to clone from; ssh unless https is asked for. Throws for another protocol. */
function cloneUrl(protocol: string, ssh: string, https: string): string {
  if (protocol === '' || protocol === 'ssh') return ssh
  if (protocol === 'https') return https
  throw new Error(`cloneProtocol ${protocol} is not known: wanted is ssh or https`)
}

function at(repository: ScmRepository, branch: string, sha: string): ScmBranch {
  if (sha === '') throw new Error(`branch ${branch} of ${repository.repository} came without a commit`)
  return { ...repository, branch, sha }
}

async function github(config: Config<'github'>, protocol: string, generation: Generation): Promise<ScmProvider> {
  const api = await githubApi(config, generation)
  const of = ({ organization, repository }: ScmRepository) => `/repos/${segment(organization)}/${segment(repository)}`
  const branchOf = (repository: ScmRepository, branch: unknown) =>
    at(repository, text(branch, 'name'), text(branch, 'commit', 'sha'))
  return {
    async repositories() {
      const all = await api.all(`/orgs/${segment(config.organization)}/repos`, { per_page: 100 }, linkPages)
      return all
        .filter((one) => config.excludeArchivedRepos !== true || getField(one, 'archived') !== true)
        .map((one) => ({
          organization: text(one, 'owner', 'login'),
          repository: text(one, 'name'),
          repositoryId: text(one, 'id'),
          url: cloneUrl(protocol, text(one, 'ssh_url'), text(one, 'clone_url')),
          branch: text(one, 'default_branch'),
          labels: texts(getList(one, 'topics')),
        }))
    },
    async branches(repository) {
      if (config.allBranches !== true) {
        const found = await api.find(`${of(repository)}/branches/${pathOf(repository.branch)}`)
        return found === undefined ? [] : [branchOf(repository, found)]
      }
      const all = await api.all(`${of(repository)}/branches`, { per_page: 100 }, linkPages)
      return all.map((branch) => branchOf(repository, branch))
    },
    hasPath: async (branch, path) =>
      (await api.find(`${of(branch)}/contents/${pathOf(path)}`, { ref: branch.branch })) !== undefined,
  }
}

async function gitlab(config: Config<'gitlab'>, protocol: string, generation: Generation): Promise<ScmProvider> {
  const api = await gitlabApi(config, generation)
  const of = ({ repositoryId }: ScmRepository) => `/projects/${segment(repositoryId)}/repository`
  const branchOf = (repository: ScmRepository, branch: unknown) =>
    at(repository, text(branch, 'name'), text(branch, 'commit', 'id'))
  return {
    async repositories() {
      const query = {
        per_page: 100,
        include_subgroups: String(config.includeSubgroups === true),
        with_shared: String(config.includeSharedProjects !== false),
        topic: config.topic || undefined,
        archived: config.includeArchivedRepos === false ? 'false' : undefined,
      }
      const all = await api.all(`/groups/${segment(config.group)}/projects`, query, nextPageHeader)
      return all.map((one) => {
        const topics = texts(getList(one, 'topics'))
        return {
          organization: text(one, 'namespace', 'full_path'),
          repository: text(one, 'path'),
          repositoryId: text(one, 'id'),
          url: cloneUrl(protocol, text(one, 'ssh_url_to_repo'), text(one, 'http_url_to_repo')),
          branch: text(one, 'default_branch'),
          labels: topics.length > 0 ? topics : texts(getList(one, 'tag_list')),
        }
      })
    },
    async branches(repository) {
      if (config.allBranches !== true) {
        const found = await api.find(`${of(repository)}/branches/${segment(repository.branch)}`)
        return found === undefined ? [] : [branchOf(repository, found)]
      }
      const all = await api.all(`${of(repository)}/branches`, { per_page: 100 }, nextPageHeader)
      return all.map((branch) => branchOf(repository, branch))
    },
    async hasPath(branch, path) {
      const parent = posix.dirname(path)
      const query = { path: parent === '.' ? undefined : parent, ref: branch.branch, per_page: 100 }
      // A folder that is not there is an answer, 404.
      if ((await api.find(`${of(branch)}/tree`, query)) === undefined) return false
      const entries = await api.all(`${of(branch)}/tree`, query, nextPageHeader)
      return entries.some((entry) => text(entry, 'path') === path)
    },
  }
}

async function gitea(config: Config<'gitea'>, protocol: string, generation: Generation): Promise<ScmProvider> {
  const api = await giteaApi(config, generation)
  const repo = (repository: string) => `/repos/${segment(config.owner)}/${segment(repository)}`
  return {
    async repositories() {
      const all = await api.all(`/orgs/${segment(config.owner)}/repos`, { limit: 50 }, linkPages)
      return Promise.all(
        all
          .filter((one) => config.excludeArchivedRepos !== true || getField(one, 'archived') !== true)
          .map(async (one) => ({
            organization: config.owner,
            repository: text(one, 'name'),
            repositoryId: text(one, 'id'),
            url: cloneUrl(protocol, text(one, 'ssh_url'), text(one, 'html_url')),
            branch: text(one, 'default_branch'),
            labels: (await api.all(`${repo(text(one, 'name'))}/labels`, { limit: 50 }, linkPages)).map((label) =>
              text(label, 'name'),
            ),
          })),
      )
    },
    async branches(repository) {
      const path = `${repo(repository.repository)}/branches`
      if (config.allBranches !== true) {
        const branch = await api.get(`${path}/${pathOf(repository.branch)}`)
        return [at(repository, repository.branch, text(branch, 'commit', 'id'))]
      }
      const all = await api.all(path, { limit: 50 }, linkPages)
      return all.map((branch) => at(repository, text(branch, 'name'), text(branch, 'commit', 'id')))
    },
    hasPath: async (branch, path) =>
      (await api.find(`${repo(branch.repository)}/contents/${pathOf(path)}`, { ref: branch.branch })) !== undefined,
  }
}

async function bitbucket(config: Config<'bitbucket'>, protocol: string, generation: Generation): Promise<ScmProvider> {
  const basicAuth = { username: config.user, passwordRef: config.appPasswordRef }
  const api = await bitbucketApi({ basicAuth }, generation)
  const of = ({ repository }: ScmRepository) => `/repositories/${segment(config.owner)}/${segment(repository)}`
  const branchOf = (repository: ScmRepository, branch: unknown) =>
    at(repository, text(branch, 'name'), text(branch, 'target', 'hash'))
  return {
    async repositories() {
      const query = { role: 'member', pagelen: 100 }
      const all = await api.all(`/repositories/${segment(config.owner)}`, query, nextUrlPages)
      return all.map((one) => {
        const links = getList(one, 'links', 'clone')
        const link = (name: string) =>
          text(
            links.find((each) => getString(each, 'name') === name),
            'href',
          )
        return {
          organization: config.owner,
          repository: text(one, 'slug'),
          repositoryId: text(one, 'uuid'),
          url: cloneUrl(protocol, link('ssh'), link('https')),
          branch: text(one, 'mainbranch', 'name'),
          labels: [],
        }
      })
    },
    async branches(repository) {
      const path = `${of(repository)}/refs/branches`
      if (config.allBranches !== true) {
        return [branchOf(repository, await api.get(`${path}/${pathOf(repository.branch)}`))]
      }
      return (await api.all(path, { pagelen: 100 }, nextUrlPages)).map((branch) => branchOf(repository, branch))
    },
    hasPath: async (branch, path) =>
      (await api.find(`${of(branch)}/src/${segment(branch.sha)}/${pathOf(path)}`, { format: 'meta' })) !== undefined,
  }
}

async function bitbucketServer(
  config: Config<'bitbucketServer'>,
  protocol: string,
  generation: Generation,
): Promise<ScmProvider> {
  const api = await bitbucketServerApi(config, generation)
  const of = (organization: string, repository: string) =>
    `/projects/${segment(organization)}/repos/${segment(repository)}`
  /** 404 and 204 both mean that there is no default branch yet. */
  const defaultBranch = async (organization: string, repository: string) =>
    api.find(`${of(organization, repository)}/branches/default`)
  const branchOf = (repository: ScmRepository, branch: unknown) =>
    at(repository, text(branch, 'displayId'), text(branch, 'latestCommit'))
  return {
    async repositories() {
      const all = await api.all(`/projects/${segment(config.project)}/repos`, { limit: 100 }, startPages)
      const found = await Promise.all(
        all.map(async (one) => {
          const organization = text(one, 'project', 'key')
          const repository = text(one, 'slug') || text(one, 'name')
          const branch = await defaultBranch(organization, repository)
          if (branch === undefined) return []
          const links = getList(one, 'links', 'clone')
          const link = (name: string) =>
            text(
              links.find((each) => getString(each, 'name') === name),
              'href',
            )
          const url = cloneUrl(protocol, link('ssh'), link('http'))
          const repositoryId = text(one, 'id')
          return [{ organization, repository, repositoryId, url, branch: text(branch, 'displayId'), labels: [] }]
        }),
      )
      return found.flat()
    },
    async branches(repository) {
      if (config.allBranches !== true) {
        const branch = await defaultBranch(repository.organization, repository.repository)
        return branch === undefined ? [] : [branchOf(repository, branch)]
      }
      const path = `${of(repository.organization, repository.repository)}/branches`
      return (await api.all(path, { limit: 100 }, startPages)).map((branch) => branchOf(repository, branch))
    },
    async hasPath(branch, path) {
      const at = `${of(branch.organization, branch.repository)}/browse/${pathOf(path)}`
      return (await api.find(at, { at: branch.branch, type: 'true', limit: 1 })) !== undefined
    },
  }
}

async function azureDevOps(config: Config<'azureDevOps'>, generation: Generation): Promise<ScmProvider> {
  const api = await azureApi({ ...config, tokenRef: config.accessTokenRef }, generation)
  const root = `/${segment(config.teamProject)}/_apis/git/repositories`
  const version = { 'api-version': '7.1' }
  const plain = (ref: string) => ref.replace(/^refs\/heads\//, '')
  const branchOf = (repository: ScmRepository, branch: unknown) =>
    at(repository, text(branch, 'name'), text(branch, 'commit', 'commitId'))
  return {
    async repositories() {
      const all = await api.all(root, version, valuePage)
      return all
        .map((one) => ({
          organization: config.organization,
          repository: text(one, 'name'),
          repositoryId: text(one, 'id'),
          url: text(one, 'remoteUrl'),
          branch: text(one, 'defaultBranch'),
          labels: [],
        }))
        .filter(({ repository, repositoryId, url, branch }) => [repository, repositoryId, url, branch].every(Boolean))
    },
    async branches(repository) {
      const path = `${root}/${segment(repository.repositoryId)}/stats/branches`
      if (config.allBranches !== true) {
        const found = await api.find(path, { ...version, name: plain(repository.branch) })
        return found === undefined ? [] : [branchOf(repository, found)]
      }
      return (await api.all(path, version, valuePage)).map((branch) => branchOf(repository, branch))
    },
    async hasPath(branch, path) {
      const query = { ...version, path, 'versionDescriptor.version': branch.branch }
      return (await api.find(`${root}/${segment(branch.repositoryId)}/items`, query)) !== undefined
    },
  }
}
