/** The pull request generator (Argo CD, Generators-Pull-Request): one element per open pull request. */
import type { PullRequestGenerator } from '../../../api/applicationset-scm.ts'
import type { Generation } from '../generation.ts'
import { matcher } from '../scm/pattern.ts'
import { pullRequestsOf } from '../scm/pull-requests.ts'
import { type Params, stringList } from '../templates.ts'
import { withValues } from './values.ts'

export async function pullRequestParams(generator: PullRequestGenerator, generation: Generation): Promise<Params[]> {
  const filters = (generator.filters ?? []).map((filter) => ({
    branch: matcher(filter.branchMatch),
    target: matcher(filter.targetBranchMatch),
    title: matcher(filter.titleMatch),
  }))
  const found = await pullRequestsOf(generator, generation)
  const chosen = found.filter(
    (pull) =>
      filters.length === 0 ||
      filters.some((one) => one.branch(pull.branch) && one.target(pull.targetBranch) && one.title(pull.title)),
  )
  const slugs = await generation.context.templates.slugs(
    chosen.flatMap((pull) => [pull.branch, pull.targetBranch]),
    generation.context.signal,
  )
  const params = chosen.map((pull, index) => ({
    number: String(pull.number),
    title: pull.title,
    branch: pull.branch,
    branch_slug: slugs[index * 2] ?? '',
    target_branch: pull.targetBranch,
    target_branch_slug: slugs[index * 2 + 1] ?? '',
    head_sha: pull.headSha,
    head_short_sha: pull.headSha.slice(0, 8),
    head_short_sha_7: pull.headSha.slice(0, 7),
    author: pull.author,
    // Only Go's templates can make something of a list.
    ...(generation.dialect.goTemplate ? { labels: stringList(pull.labels) } : {}),
  }))
  return withValues(params, generator.values, generation)
}
