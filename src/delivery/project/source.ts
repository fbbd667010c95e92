/** May an application of this project come from this repository, and live in this namespace? Pure. Source: Argo CD, user guide "Projects". */
import type { AppProject } from '../../api/appproject.ts'
import { matchGlob } from '../../api/glob.ts'
import { matchSourceNamespace } from '../match/source-namespace.ts'
import { normalizeRepository } from './normalize-repository.ts'
import { deny, permit, type Verdict } from './verdict.ts'

/**
 * Some rule must match and no rule with `!` may refuse. `*` stops at `/` except alone, `**` does not. As in Argo CD a rule `!x` also permits every
 * repository that is not x, even without an allow rule beside it.
 */
export function isSourcePermitted(project: AppProject, repoURL: string): Verdict {
  const wanted = normalizeRepository(repoURL)
  let match: Verdict | undefined
  for (const [index, rule] of (project.spec.sourceRepos ?? []).entries()) {
    const where = `sourceRepos[${index}]`
    const isDeny = rule.startsWith('!')
    const pattern = normalizeRepository(isDeny ? rule.replace(/^!/, '') : rule)
    if (isDeny && matchGlob(pattern, wanted, '/')) return deny(where, `"${rule}" denies ${repoURL}`)
    if (isDeny || pattern === '*' || matchGlob(pattern, wanted, '/'))
      match ??= permit(where, `"${rule}" permits ${repoURL}`)
  }
  return match ?? deny('sourceRepos', `no rule of project ${project.metadata.name} permits the repository ${repoURL}`)
}

/** Applications in Argo CD's own namespace, or without a namespace, may use every project; others need a rule: a glob or a /regular expression/. */
export function isSourceNamespacePermitted(project: AppProject, namespace: string, controlNamespace: string): Verdict {
  if (namespace === '' || namespace === controlNamespace)
    return permit('sourceNamespaces', `applications in ${controlNamespace} may use every project`)
  for (const [index, rule] of (project.spec.sourceNamespaces ?? []).entries()) {
    if (matchSourceNamespace(rule, namespace))
      return permit(`sourceNamespaces[${index}]`, `"${rule}" permits applications in namespace ${namespace}`)
  }
  return deny(
    'sourceNamespaces',
    `no rule of project ${project.metadata.name} permits applications in namespace ${namespace}`,
  )
}
