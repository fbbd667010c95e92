/** Autoscalers, disruption budgets, roles, custom resource definitions. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import type { Column } from './column.ts'
import { ageColumn, count, field, nameColumn, text, wide } from './column.ts'
import { at, listAt, textAt } from './fields.ts'

export const autoscalers: readonly Column[] = [
  nameColumn,
  text('Reference', (object) => {
    return `${textAt(object, ['spec', 'scaleTargetRef', 'kind'])}/${textAt(object, ['spec', 'scaleTargetRef', 'name'])}`
  }),
  text('Targets', targets),
  field('MinPods', ['spec', 'minReplicas'], '<unset>'),
  text('MaxPods', (object) => Number(at(object, 'spec', 'maxReplicas') ?? 0)),
  text('Replicas', (object) => Number(at(object, 'status', 'currentReplicas') ?? 0)),
  ageColumn,
]

export const disruptionBudgets: readonly Column[] = [
  nameColumn,
  field('Min Available', ['spec', 'minAvailable'], 'N/A'),
  field('Max Unavailable', ['spec', 'maxUnavailable'], 'N/A'),
  count('Allowed Disruptions', 'status', 'disruptionsAllowed'),
  ageColumn,
]

/** Kinds without columns of their own; the age of roles is a timestamp, as on a real server. */
export const roles: readonly Column[] = [
  nameColumn,
  {
    ...text('Created At', (object) => object.metadata.creationTimestamp ?? null),
    type: 'date',
  },
]

export const roleBindings: readonly Column[] = [
  nameColumn,
  text('Role', (object) => `${textAt(object, ['roleRef', 'kind'])}/${textAt(object, ['roleRef', 'name'])}`),
  ageColumn,
  wide(text('Users', (object) => subjects(object, 'User'))),
  wide(text('Groups', (object) => subjects(object, 'Group'))),
  wide(text('ServiceAccounts', (object) => subjects(object, 'ServiceAccount'))),
]

export const customResourceDefinitions: readonly Column[] = roles

function subjects(object: KubeObject, kind: string): string {
  return listAt(object, 'subjects')
    .filter((subject) => at(subject, 'kind') === kind)
    .map((subject) => {
      const name = textAt(subject, ['name'])
      return kind === 'ServiceAccount' ? `${textAt(subject, ['namespace'])}/${name}` : name
    })
    .join(', ')
}

/** Current and wanted of up to two metrics. */
function targets(object: KubeObject): string {
  const metrics = listAt(object, 'spec', 'metrics')
  if (metrics.length === 0) return '<none>'
  const current = listAt(object, 'status', 'currentMetrics')
  const list = metrics.map((metric, i) => {
    const source = textAt(metric, ['type'])
    const member = source.charAt(0).toLowerCase() + source.slice(1)
    const name = textAt(metric, [member, 'name'])
    const isResource = source === 'Resource' || source === 'ContainerResource'
    const target = at(metric, member, 'target')
    const wanted = amount(target, isResource ? '<auto>' : '<unknown>')
    const measured = amount(at(current[i], member, 'current'), '<unknown>')
    return isResource ? `${name}: ${measured}/${wanted}` : `${measured}/${wanted}`
  })
  return list.length > 2 ? `${list.slice(0, 2).join(', ')} + ${list.length - 2} more...` : list.join(', ')
}

function amount(value: unknown, fallback: string): string {
  const utilization = at(value, 'averageUtilization')
  if (utilization !== undefined) return `${utilization}%`
  return textAt(value, ['averageValue'], textAt(value, ['value'], fallback))
}
