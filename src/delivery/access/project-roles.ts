/** What the roles of a project add to the policy, and whom a project token speaks for. Pure. Source: Argo CD, user guide "Projects". */
import type { AppProject, ProjectRole } from '../../api/appproject.ts'
import type { AccessRequest } from './enforcer.ts'
import { type LineProblem, type PolicyLine, parsePolicy } from './policy-line.ts'

/** The lines of all roles: each may read its project, then its own policies, then its groups. */
export function projectPolicy(project: AppProject): {
  readonly lines: readonly PolicyLine[]
  readonly problems: readonly LineProblem[]
} {
  const { name } = project.metadata
  const text = (project.spec.roles ?? [])
    .flatMap((role) => {
      const subject = roleSubject(name, role)
      return [
        `p, ${subject}, projects, get, ${name}, allow`,
        ...(role.policies ?? []),
        ...(role.groups ?? []).map((group) => `g, ${group}, ${subject}`),
      ]
    })
    .join('\n')
  return parsePolicy(text, `project ${name}`)
}

/** The subject of a role's tokens: `proj:<project>:<role>`. */
export function roleSubject(project: string, role: Pick<ProjectRole, 'name'>): string {
  return `proj:${project}:${role.name}`
}

/** The project a subject `proj:<project>:<role>` belongs to; undefined for everybody else. */
export function projectOfSubject(subject: string): string | undefined {
  const parts = subject.split(':')
  return parts.length === 3 && parts[0] === 'proj' ? parts[1] : undefined
}

const scoped = new Set(['applications', 'applicationsets', 'repositories', 'clusters', 'logs', 'exec'])

/** The project whose roles count for a request: that of the object, or the project itself. */
export function projectOfRequest({ resource, object }: AccessRequest): string | undefined {
  if (resource === 'projects') return object
  if (!scoped.has(resource)) return undefined
  const slash = object.indexOf('/')
  return slash < 0 ? undefined : object.slice(0, slash)
}

const actions = new Set(['get', 'create', 'update', 'delete', 'sync', 'override', 'rollback', '*'])

/** What Argo CD would refuse in the policies and groups of a project's roles. */
export function roleProblems(project: AppProject): string[] {
  const problems: string[] = []
  const seen = new Set<string>()
  for (const role of project.spec.roles ?? []) {
    if (seen.has(role.name)) problems.push(`role "${role.name}" stands there twice`)
    seen.add(role.name)
    if (!/^[a-zA-Z0-9](?:[-_a-zA-Z0-9]*[a-zA-Z0-9])?$/.test(role.name))
      problems.push(`role "${role.name}": a name is of letters, digits, - and _, with a letter or digit at both ends`)
    const policies = role.policies ?? []
    for (const [index, policy] of policies.entries()) {
      const detail = policies.indexOf(policy) < index ? 'it stands there twice' : policyProblem(project, role, policy)
      if (detail !== undefined) problems.push(`role "${role.name}", policy "${policy}": ${detail}`)
    }
    for (const group of role.groups ?? []) {
      const detail = groupProblem(group)
      if (detail !== undefined) problems.push(`role "${role.name}", group "${group}": ${detail}`)
    }
  }
  return problems
}

function policyProblem(project: AppProject, role: ProjectRole, policy: string): string | undefined {
  const words = policy.split(',').map((word) => word.trim())
  const [kind, subject, resource = '', action = '', object = '', effect] = words
  if (words.length !== 6 || kind !== 'p') return 'wanted is "p, subject, resource, action, object, effect"'
  const { name } = project.metadata
  const wanted = roleSubject(name, role)
  if (subject !== wanted) return `its subject has to be ${wanted}`
  if (!scoped.has(resource)) return `a project grants ${[...scoped].join(', ')}, not ${resource}`
  if (!actions.has(action) && !/(?:action|update|delete)\//.test(action)) return `"${action}" is no action`
  const inProject = object.startsWith(`${name}/`) && /^(?:[*\w.-]+\/)?[*\w.-]+$/.test(object.slice(name.length + 1))
  if (!inProject)
    return `its object has to be of the project: ${name}/*, ${name}/APPLICATION or ${name}/NAMESPACE/APPLICATION`
  return effect === 'allow' || effect === 'deny' ? undefined : 'its effect has to be allow or deny'
}

function groupProblem(group: string): string | undefined {
  const quoted = /^"(.*)"$/s.exec(group.trim())
  const name = quoted?.[1] ?? group.trim()
  if (quoted === null && name.includes(',')) return 'a name with a comma has to be quoted'
  if (name === '') return 'it is empty'
  return /["\n\r\t]/.test(name) ? 'it holds characters that are not allowed' : undefined
}
