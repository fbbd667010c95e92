/** Does a rule of an admission policy speak about a write? Reads namespaces for their labels. */
import type { ClusterState } from '../cluster-state.ts'
import { selectorMatches } from '../validation/common.ts'
import { type Data, dataAt, isData, listAt } from '../values.ts'
import type { Attempt } from './policies.ts'

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE'

/** `matchConstraints` of a policy or `matchResources` of a binding. Without rules everything matches. */
export function matchesWrite(state: ClusterState, match: Data, attempt: Attempt): boolean {
  const exact = match['matchPolicy'] === 'Exact'
  const rules = listAt(match, 'resourceRules').filter(isData)
  if (rules.length > 0 && !rules.some((rule) => matchesRule(rule, attempt, exact))) return false
  if (
    listAt(match, 'excludeResourceRules')
      .filter(isData)
      .some((rule) => matchesRule(rule, attempt, exact))
  )
    return false
  const metadata = (attempt.object ?? attempt.old)?.metadata
  if (isData(match['objectSelector'])) {
    const sides = [attempt.object, attempt.old].filter((one) => one !== undefined)
    const selector = match['objectSelector']
    if (!sides.some((one) => selectorMatches(selector, one.metadata.labels ?? {}))) return false
  }
  if (!isData(match['namespaceSelector'])) return true
  const labels =
    attempt.resource.storageKey === '/namespaces'
      ? metadata?.labels
      : state.store.get('/namespaces', '', metadata?.namespace ?? '')?.labels
  // What is in no namespace is outside of every choice of namespaces.
  if (labels === undefined && !attempt.resource.namespaced) return true
  return selectorMatches(match['namespaceSelector'], labels ?? {})
}

function matchesRule(rule: Data, { resource, operation, subresource, object, old }: Attempt, exact: boolean): boolean {
  const has = (field: string, value: string) => {
    const list = listAt(rule, field)
    return list.includes('*') || list.includes(value)
  }
  if (!has('operations', operation) || !has('apiGroups', resource.group)) return false
  if (exact && !has('apiVersions', resource.version)) return false
  const names = listAt(rule, 'resourceNames')
  if (names.length > 0 && !names.includes((object ?? old)?.metadata.name)) return false
  const scope = dataAt(rule)['scope']
  if (scope === 'Namespaced' && !resource.namespaced) return false
  if (scope === 'Cluster' && resource.namespaced) return false
  return listAt(rule, 'resources').some((one) => {
    const [plural, sub = ''] = String(one).split('/')
    return (plural === '*' || plural === resource.plural) && (sub === '*' || sub === subresource)
  })
}
