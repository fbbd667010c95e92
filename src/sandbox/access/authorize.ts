/** Role-based access control over the roles and bindings in the store. Pure. Source: kubernetes.io/docs/reference/access-authn-authz/rbac. */
import type { ClusterState } from '../cluster-state.ts'
import { type Data, dataAt, isData, listAt } from '../values.ts'
import { MASTERS, type User } from './user.ts'

export interface Attributes {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  /** Set for what is no resource (`/healthz`): then the other fields are ''. */
  readonly path: string
}

export interface Decision {
  readonly allowed: boolean
  readonly reason: string
}

export interface Rule {
  readonly verbs: readonly string[]
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
  readonly nonResourceURLs: readonly string[]
}

interface Grant {
  readonly rules: readonly Rule[]
  readonly reason: string
}

/** May the user do it? */
export function authorize(state: ClusterState, user: User, attributes: Attributes): Decision {
  if (user.groups.includes(MASTERS)) return { allowed: true, reason: '' }
  for (const { rules, reason } of grants(state, user, attributes.namespace)) {
    if (rules.some((rule) => allows(rule, attributes))) return { allowed: true, reason }
  }
  return { allowed: false, reason: '' }
}

/** Everything the user may do in a namespace (and everywhere). */
export function rulesFor(state: ClusterState, user: User, namespace: string): readonly Rule[] {
  const everything: Rule[] = user.groups.includes(MASTERS)
    ? [
        { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] },
        { verbs: ['*'], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ['*'] },
      ]
    : []
  return [...everything, ...[...grants(state, user, namespace)].flatMap((grant) => grant.rules)]
}

function* grants(state: ClusterState, user: User, namespace: string): Generator<Grant> {
  for (const entry of state.store.list('rbac.authorization.k8s.io/clusterrolebindings')) {
    const binding = entry.object()
    const subject = subjectOf(binding, user, '')
    if (subject === undefined) continue
    const role = dataAt(binding, 'roleRef')
    const reason = `RBAC: allowed by ClusterRoleBinding "${entry.name}" of ClusterRole "${String(role['name'])}" to ${subject}`
    yield { rules: roleRules(state, role, ''), reason }
  }
  if (namespace === '') return
  for (const entry of state.store.list('rbac.authorization.k8s.io/rolebindings', namespace)) {
    const binding = entry.object()
    const subject = subjectOf(binding, user, namespace)
    if (subject === undefined) continue
    const role = dataAt(binding, 'roleRef')
    const reason = `RBAC: allowed by RoleBinding "${entry.name}/${namespace}" of ${String(role['kind'])} "${String(role['name'])}" to ${subject}`
    yield { rules: roleRules(state, role, namespace), reason }
  }
}

/** The subject of a binding that is this user, as reasons name it. */
function subjectOf(binding: Data, user: User, namespace: string): string | undefined {
  for (const subject of listAt(binding, 'subjects').filter(isData)) {
    const name = String(subject['name'])
    if (subject['kind'] === 'User' && name === user.name) return `User "${name}"`
    if (subject['kind'] === 'Group' && user.groups.includes(name)) return `Group "${name}"`
    if (subject['kind'] !== 'ServiceAccount') continue
    const home = String(subject['namespace'] ?? namespace)
    if (user.name === `system:serviceaccount:${home}:${name}`) return `ServiceAccount "${name}/${home}"`
  }
  return undefined
}

function roleRules(state: ClusterState, reference: Data, namespace: string): Rule[] {
  const name = String(reference['name'])
  const entry =
    reference['kind'] === 'ClusterRole'
      ? state.store.get('rbac.authorization.k8s.io/clusterroles', '', name)
      : state.store.get('rbac.authorization.k8s.io/roles', namespace, name)
  return listAt(entry?.object(), 'rules').filter(isData).map(ruleOf)
}

function ruleOf(rule: Data): Rule {
  const texts = (field: string) => listAt(rule, field).map(String)
  return {
    verbs: texts('verbs'),
    apiGroups: texts('apiGroups'),
    resources: texts('resources'),
    resourceNames: texts('resourceNames'),
    nonResourceURLs: texts('nonResourceURLs'),
  }
}

function allows(rule: Rule, attributes: Attributes): boolean {
  if (!matches(rule.verbs, attributes.verb)) return false
  if (attributes.path !== '') return rule.nonResourceURLs.some((pattern) => matchesPath(pattern, attributes.path))
  if (!matches(rule.apiGroups, attributes.group)) return false
  const { resource, subresource } = attributes
  const full = subresource === '' ? resource : `${resource}/${subresource}`
  if (
    !rule.resources.some((one) => one === '*' || one === full || (subresource !== '' && one === `*/${subresource}`))
  ) {
    return false
  }
  return rule.resourceNames.length === 0 || rule.resourceNames.includes(attributes.name)
}

function matches(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value)
}

/** `/healthz/*` is everything below. */
function matchesPath(pattern: string, path: string): boolean {
  return pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)))
}
