/** Which branches of which repositories: any filter may match, all conditions of a filter must (Argo CD, Generators-SCM-Provider: Filters). */
import type { ScmProviderGenerator } from '../../../api/applicationset-scm.ts'
import { matcher } from './pattern.ts'
import type { ScmBranch, ScmProvider, ScmRepository } from './provider.ts'

type Filter = NonNullable<ScmProviderGenerator['filters']>[number]

interface Compiled {
  readonly aboutRepository: boolean
  readonly aboutBranch: boolean
  repository(repository: ScmRepository): boolean
  branch(branch: ScmBranch): Promise<boolean>
}

/** Conditions on repositories come first, so that branches are asked for only where it matters. */
export async function chosenBranches(provider: ScmProvider, filters: readonly Filter[]): Promise<readonly ScmBranch[]> {
  const compiled = filters.map((filter) => compile(filter, provider))
  const repositoryFilters = compiled.filter((filter) => filter.aboutRepository)
  const branchFilters = compiled.filter((filter) => filter.aboutBranch)
  const chosen: ScmBranch[] = []
  for (const repository of await provider.repositories()) {
    if (repositoryFilters.length > 0 && !repositoryFilters.some((filter) => filter.repository(repository))) continue
    for (const branch of await provider.branches(repository)) {
      if (branchFilters.length === 0 || (await any(branchFilters, (filter) => filter.branch(branch))))
        chosen.push(branch)
    }
  }
  return chosen
}

async function any<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<boolean> {
  for (const item of items) if (await test(item)) return true
  return false
}

function compile(filter: Filter, provider: ScmProvider): Compiled {
  const { repositoryMatch, labelMatch, branchMatch, pathsExist = [], pathsDoNotExist = [] } = filter
  const repositoryOk = matcher(repositoryMatch)
  const labelOk = matcher(labelMatch)
  const branchOk = matcher(branchMatch)
  const trimmed = (path: string) => path.replace(/\/+$/, '')
  return {
    aboutRepository: repositoryMatch !== undefined || labelMatch !== undefined,
    aboutBranch: branchMatch !== undefined || pathsExist.length > 0 || pathsDoNotExist.length > 0,
    repository: ({ repository, labels }) =>
      repositoryOk(repository) && (labelMatch === undefined || labels.some((label) => labelOk(label))),
    async branch(branch) {
      if (!branchOk(branch.branch)) return false
      for (const path of pathsExist) if (!(await provider.hasPath(branch, trimmed(path)))) return false
      for (const path of pathsDoNotExist) if (await provider.hasPath(branch, trimmed(path))) return false
      return true
    },
  }
}
