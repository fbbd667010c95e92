/** Whether a notification about repositories concerns what a set asks a code host for. Pure. */
import type { ApplicationSet, ApplicationSetGenerator } from '../../api/applicationset.ts'

/**
 * True when a pull request or SCM generator of the set asks about one of the repositories, by the owner and name in their addresses. No
 * address at all concerns every such set.
 */
export function concernsGenerators(set: ApplicationSet, urls: readonly string[]): boolean {
  const wanted = set.spec.generators.flatMap(pathsOf)
  if (urls.length === 0) return wanted.length > 0
  const paths = urls.map(
    (url) =>
      `/${url
        .replace(/\.git$/, '')
        .replace(/^[^:/]*:(?!\/\/)/, '/')
        .toLowerCase()}/`,
  )
  return wanted.some((path) => paths.some((one) => one.includes(`/${path.toLowerCase()}/`)))
}

function pathsOf(generator: ApplicationSetGenerator): string[] {
  const { pullRequest: pull, scmProvider: scm } = generator
  const children = [...(generator.matrix?.generators ?? []), ...(generator.merge?.generators ?? [])]
  const azure = pull?.azuredevops
  return [
    ...[pull?.github, pull?.gitea, pull?.bitbucket].map((host) => host && `${host.owner}/${host.repo}`),
    pull?.gitlab?.project,
    pull?.bitbucketServer && `${pull.bitbucketServer.project}/${pull.bitbucketServer.repo}`,
    azure && `_git/${azure.repo}`,
    scm?.github?.organization,
    scm?.gitlab?.group,
    scm?.gitea?.owner,
    scm?.bitbucket?.owner,
    scm?.bitbucketServer?.project,
    scm?.azureDevOps?.organization,
    ...children.flatMap((child) => pathsOf(child as ApplicationSetGenerator)),
  ].filter((path) => path !== undefined)
}
