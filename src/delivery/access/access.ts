/** Who may do what: the policy of the settings, the roles of projects, the default role. Pure. Source: Argo CD, operator manual "RBAC". */
import type { AppProject } from '../../api/appproject.ts'
import { builtinPolicy } from './builtin.ts'
import { type AccessDecision, type AccessRequest, createEnforcer, type Enforcer } from './enforcer.ts'
import { projectOfRequest, projectOfSubject, projectPolicy } from './project-roles.ts'
import type { AccessSettings } from './settings.ts'

export interface Access {
  /** `groups` are the values of the claims in `scopes`. */
  decide(subject: string, groups: readonly string[], request: AccessRequest): AccessDecision
  /** Why a grant that `decide` reports would not hold for a group that signs in, or undefined. */
  groupWarning(subject: string, request: AccessRequest): string | undefined
}

export interface AccessOptions {
  readonly settings: Pick<AccessSettings, 'lines' | 'defaultRole' | 'matchMode'>
  readonly builtin?: boolean
  /** Undefined for a project that does not exist. */
  readonly project?: (name: string) => AppProject | undefined
}

export function createAccess({ settings, builtin = true, project = () => undefined }: AccessOptions): Access {
  const common = [...(builtin ? builtinPolicy : []), ...settings.lines]
  const base = createEnforcer(common, settings.matchMode)
  const ofProjects = new WeakMap<AppProject, Enforcer>()

  /** A project whose roles cannot be read adds nothing, as in Argo CD. */
  function enforcerFor(found: AppProject | undefined): Enforcer {
    if (found === undefined || (found.spec.roles ?? []).length === 0) return base
    let enforcer = ofProjects.get(found)
    if (enforcer === undefined) {
      const own = projectPolicy(found)
      enforcer = own.problems.length > 0 ? base : createEnforcer([...common, ...own.lines], settings.matchMode)
      ofProjects.set(found, enforcer)
    }
    return enforcer
  }

  /** The default role first: what it grants, no line takes away. */
  function decideWith(enforcer: Enforcer, subject: string, request: AccessRequest): AccessDecision {
    if (settings.defaultRole !== '') {
      const byDefault = enforcer.decide(settings.defaultRole, request)
      if (byDefault.allowed)
        return { ...byDefault, because: `the default role ${settings.defaultRole}: ${byDefault.because}` }
    }
    return enforcer.decide(subject, request)
  }

  return {
    decide(subject, groups, request) {
      const name = projectOfRequest(request)
      const found = name === undefined ? undefined : project(name)
      const tokenOf = projectOfSubject(subject)
      if (found !== undefined && tokenOf !== undefined && tokenOf !== found.metadata.name)
        return {
          allowed: false,
          because: `a token of project ${tokenOf} opens nothing in project ${found.metadata.name}`,
        }
      const enforcer = enforcerFor(found)
      const own = decideWith(enforcer, subject, request)
      if (own.allowed) return own
      for (const group of groups) {
        if (!enforcer.isMember(group)) continue
        const byGroup = decideWith(enforcer, group, request)
        if (byGroup.allowed) return byGroup
      }
      return own
    },
    groupWarning(subject, request) {
      const isGroup = subject.includes(':') && !subject.startsWith('role:') && projectOfSubject(subject) === undefined
      if (!isGroup || base.isMember(subject) || !base.namesItself(subject, request)) return undefined
      return `${subject} is a group with a "p" line but no "g" line: a server that signs groups in does not look at it; make it a member of a role`
    },
  }
}
