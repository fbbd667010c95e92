/** The SCM provider generator (Argo CD, Generators-SCM-Provider): one element per branch of each repository of an organisation. */
import type { ScmProviderGenerator } from '../../../api/applicationset-scm.ts'
import type { Generation } from '../generation.ts'
import { normalizeName } from '../params.ts'
import { scmProviderOf } from '../scm/providers.ts'
import { chosenBranches } from '../scm/repository-filters.ts'
import type { Params } from '../templates.ts'
import { withValues } from './values.ts'

export async function scmProviderParams(scm: ScmProviderGenerator, generation: Generation): Promise<Params[]> {
  const provider = await scmProviderOf(scm, generation)
  const branches = await chosenBranches(provider, scm.filters ?? [])
  const params = branches.map(({ organization, repository, url, branch, sha, labels, repositoryId }) => ({
    organization,
    repository,
    repository_id: repositoryId,
    url,
    branch,
    sha,
    short_sha: sha.slice(0, 8),
    short_sha_7: sha.slice(0, 7),
    labels: labels.join(','),
    branchNormalized: normalizeName(branch),
  }))
  return withValues(params, scm.values, generation)
}
